//! Files that are either whole or absent.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::hub::{Store, Writable};
use super::read_at::{Files, ReadAt};

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}: {source}", path.display())]
pub struct FileError {
    action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

/// The whole content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError { action: "cannot read", path: path.to_path_buf(), source })
}

impl ReadAt for (File, u64) {
    fn size(&self) -> u64 {
        self.1
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = &self.0;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(bytes)
    }
}

/// The files of a folder.
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        match File::open(self.0.join(name)) {
            Ok(file) => {
                let size = file.metadata()?.len();
                Ok(Some(Box::new((file, size))))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file that is open for writing too.
pub struct Disk(File);

impl ReadAt for Disk {
    fn size(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = &self.0;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(bytes)
    }
}

impl Writable for Disk {
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(start))?;
        self.0.write_all(bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}

impl Store for Folder {
    type File = Disk;

    async fn open(&self, name: &str) -> io::Result<Disk> {
        fs::create_dir_all(&self.0)?;
        let path = self.0.join(name);
        Ok(Disk(File::options().read(true).write(true).create(true).truncate(false).open(path)?))
    }
}

/// Replaces `path` by `bytes` in one step: whoever reads sees the old content or the new, even after a power cut.
/// The folder must exist.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, bytes).map_err(|source| FileError {
        action: "cannot write",
        path: path.to_path_buf(),
        source,
    })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let temporary = folder.join(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = write_synced(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // The rename itself lasts only once the folder is on disk; Windows cannot open folders as files.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.bin");
        write_atomic(&path, b"old").unwrap();
        write_atomic(&path, b"new").unwrap();
        assert_eq!(read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_names_the_file_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("inside"), b"x").unwrap();
        let error = write_atomic(&taken, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let absent = folder.path().join("absent").join("file");
        assert!(write_atomic(&absent, b"new").is_err());
        assert!(read(&absent).unwrap_err().to_string().starts_with("cannot read"));
    }
}
