//! The built page as one ZIP file, for a USB stick or a school's own server.

use crate::process::step;
use crate::{Result, page, paths};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// What lies beside the page's own files.
const START_HERE: [(&str, &str); 2] = [
    ("START-HERE.txt", include_str!("archive/START-HERE.txt")),
    ("serve.py", include_str!("archive/serve.py")),
];

/// Builds the page, with addresses that fit any place, and writes the archive into `target/`.
pub(crate) fn build() -> Result<()> {
    page::build(crate::args::DEFAULT_PUBLIC_URL)?;
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml"))
        .map_err(|error| format!("Cargo.toml: {error}"))?;
    let name = format!("triptych-{}", version(&manifest)?);
    let path = paths::target().join(format!("{name}.zip"));
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = fs::File::create(&path).map_err(failed)?;
    write(&paths::dist(), &name, BufWriter::new(file))?.flush().map_err(failed)?;
    let size = fs::metadata(&path).map_err(failed)?.len();
    step(format!("{}: {:.1} MB", path.display(), size as f64 / 1e6));
    Ok(())
}

/// The version of the package whose manifest this is.
fn version(manifest: &str) -> Result<String> {
    let manifest: toml::Table = manifest.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let version = manifest.get("package").and_then(|package| package.get("version")?.as_str());
    version.map(String::from).ok_or_else(|| "Cargo.toml: expected package.version".into())
}

/// Writes the files of a folder, below a folder of this name, and what explains them.
fn write<W: Write>(folder: &Path, name: &str, out: W) -> Result<W> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    // The same page makes the same archive.
    files.sort();
    let mut archive = ZipArchiveWriter::new(out);
    for (file, text) in START_HERE {
        add(&mut archive, &format!("{name}/{file}"), text.as_bytes())?;
    }
    for file in files {
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let below =
            file.strip_prefix(folder).expect("it was found in there").to_string_lossy().replace('\\', "/");
        add(&mut archive, &format!("{name}/{below}"), &bytes)?;
    }
    archive.finish().map_err(|error| error.to_string())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn add<W: Write>(archive: &mut ZipArchiveWriter<W>, name: &str, bytes: &[u8]) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start();
    let (mut entry, config) = file.map_err(|error| failed(&error))?;
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
    writer.write_all(bytes).map_err(|error| failed(&error))?;
    let (encoder, descriptor) = writer.finish().map_err(|error| failed(&error))?;
    encoder.finish().map_err(|error| failed(&error))?;
    entry.finish(descriptor).map_err(|error| failed(&error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::io::Read;

    fn read(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let archive = rawzip::ZipArchive::from_slice(bytes).unwrap();
        let mut entries = archive.entries();
        let mut files = BTreeMap::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            let found = archive.get_entry(entry.wayfinder()).unwrap();
            let mut content = Vec::new();
            let inflated = flate2::bufread::DeflateDecoder::new(found.data());
            found.verifying_reader(inflated).read_to_end(&mut content).unwrap();
            files.insert(String::from_utf8(entry.file_path().as_ref().to_vec()).unwrap(), content);
        }
        files
    }

    #[test]
    fn the_archive_has_every_file_and_what_explains_it() {
        let folder = std::env::temp_dir().join(format!("triptych-archive-{}", std::process::id()));
        fs::create_dir_all(folder.join("caption")).unwrap();
        fs::write(folder.join("index.html"), "page").unwrap();
        fs::write(folder.join("caption/index.html"), "room".repeat(1000)).unwrap();
        let bytes = write(&folder, "triptych-1.2.3", Vec::new()).unwrap();
        let again = write(&folder, "triptych-1.2.3", Vec::new()).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(bytes, again);
        assert!(bytes.len() < 4000 + START_HERE[0].1.len() + START_HERE[1].1.len(), "it is compressed");
        let files = read(&bytes);
        let names: Vec<&str> =
            files.keys().map(|name| name.strip_prefix("triptych-1.2.3/").unwrap()).collect();
        assert_eq!(names, ["START-HERE.txt", "caption/index.html", "index.html", "serve.py"]);
        assert_eq!(files["triptych-1.2.3/caption/index.html"], "room".repeat(1000).as_bytes());
        assert_eq!(files["triptych-1.2.3/START-HERE.txt"], START_HERE[0].1.as_bytes());
    }

    #[test]
    fn the_version_is_the_packages() {
        assert_eq!(version("[package]\nversion = \"1.2.3\""), Ok("1.2.3".into()));
        assert!(version("[workspace]").unwrap_err().contains("package.version"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write(Path::new("/no-such-folder-here"), "a", Vec::new()).unwrap_err();
        assert!(error.contains("/no-such-folder-here"), "{error}");
    }
}
