//! Writes a constant for each WGSL file of this folder, documented by the comment that the file begins with.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let mut sources = String::new();
    for folder in ["", "lib"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        let entries = fs::read_dir(root.join(folder))?.collect::<io::Result<Vec<_>>>()?;
        let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "wgsl"));
        files.sort();
        for file in files {
            sources += &constant(&root, &file)?;
        }
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo")).join("sources.rs"), sources)
}

/// `pub const LIB_INDEX: &str = include_str!("/.../lib/index.wgsl");`
fn constant(root: &Path, file: &Path) -> io::Result<String> {
    let path = file.strip_prefix(root).expect("below the root").with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().to_uppercase()).collect();
    let (name, shown) = (parts.join("_"), path.with_extension("wgsl"));
    let source = fs::read_to_string(file)?;
    let purpose: Vec<&str> = source.lines().map_while(|line| line.strip_prefix("// ")).collect();
    let doc = format!("/// `{}`: ``{}``", shown.display(), purpose.join(" "));
    Ok(format!("{doc}\npub const {name}: &str = include_str!({file:?});\n"))
}
