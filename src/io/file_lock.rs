//! Places in which one process is at work at a time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock file that this process has; it goes with this value, and with the process however that ends.
pub struct FileLock {
    /// None where the file system knows no locks.
    _file: Option<File>,
    path: PathBuf,
}

impl FileLock {
    /// Locks the file at `path`, making it and the folders above it; none where somebody else has it.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn take(path: &Path) -> io::Result<Option<FileLock>> {
        Self::take_by(path, |file| match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        })
    }

    /// The same, once nobody else has it.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn wait(path: &Path) -> io::Result<FileLock> {
        let taken = Self::take_by(path, |file| file.lock().map(|()| true))?;
        Ok(taken.expect("a lock that was waited for"))
    }

    fn take_by(path: &Path, lock: impl Fn(&File) -> io::Result<bool>) -> io::Result<Option<FileLock>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        loop {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
            match lock(&file) {
                Ok(true) if is_at(&file, path)? => {
                    return Ok(Some(FileLock { _file: Some(file), path: path.to_path_buf() }));
                }
                // The one before has taken the file with it.
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Some(FileLock { _file: None, path: path.to_path_buf() }));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether the file that is open is the one at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere the file stays when it is let go of.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // While the lock is held: whoever comes next makes a file of its own. One that stays does no harm.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_process_s_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("above").join(".lock");
        let lock = FileLock::take(&path).unwrap().expect("nobody has it");
        assert!(FileLock::take(&path).unwrap().is_none());
        drop(lock);
        let again = FileLock::wait(&path).unwrap();
        assert!(FileLock::take(&path).unwrap().is_none());
        drop(again);
        assert!(FileLock::take(&path).unwrap().is_some());
        assert!(FileLock::take(&folder.path().join("above")).is_err(), "a folder is no file");
    }
}
