//! Files that are either whole or absent.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::file_lock::FileLock;
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
    let mut draft = AtomicFile::new(path)?;
    draft.write(bytes)?;
    draft.finish()
}

/// Makes the folder `path` in one step: `fill` writes into a folder beside it, which takes its name when all of it is there.
/// What is at `path` already stays: only an empty folder may be there. Folders above it are made. A second process that is
/// to make the same folder is refused before it has done anything.
pub fn write_folder<T, E: From<FileError>>(
    path: &Path,
    fill: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |source| unwritable(path, source);
    let _lock = lock(path).map_err(failed)?;
    let (temporary, _entry) = vacant(path).map_err(failed)?;
    let filled = fill(temporary.path())?;
    let rename = || {
        if path.exists() {
            // Fails where something has come into it meanwhile.
            fs::remove_dir(path)?;
        }
        fs::rename(temporary.path(), path)
    };
    rename().map(|()| filled).map_err(|source| failed(source).into())
}

/// The right to make `path`, by a lock file beside it.
fn lock(path: &Path) -> io::Result<FileLock> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let lock = FileLock::take(&path.with_file_name(format!(".{}.lock", name.to_string_lossy())))?;
    lock.ok_or_else(|| io::Error::new(io::ErrorKind::ResourceBusy, "another process is writing it"))
}

/// A new folder beside `path`, where nothing may be but an empty folder.
fn vacant(path: &Path) -> io::Result<(TempDir, Entry)> {
    match fs::read_dir(path).map(Iterator::count) {
        Ok(0) => {}
        Ok(_) => return Err(io::ErrorKind::DirectoryNotEmpty.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    beside(path, 0o777, |builder, folder| {
        fs::create_dir_all(folder)?;
        builder.tempdir_in(folder)
    })
}

/// Where this process is writing files and folders that are not there yet.
static UNDER_WAY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn under_way() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is written in part. The process is to end now: nothing is begun or finished any more.
pub fn remove_temporaries() {
    let under_way = under_way();
    for path in under_way.iter() {
        // What has got its name by now is not there any more.
        let _absent = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
    // It stays locked, so that nobody complains of what has gone.
    std::mem::forget(under_way);
}

/// A path among those that are under way.
struct Entry(PathBuf);

impl Drop for Entry {
    fn drop(&mut self) {
        under_way().remove(&self.0);
    }
}

/// What `make` makes in the folder of `path` under a hidden name of its own, with the permissions that `mode` and the umask
/// leave on Unix; it goes where it gets no other name.
#[cfg_attr(not(unix), expect(unused_variables, reason = "there permissions come from the folder"))]
fn beside<T: AsRef<Path>>(
    path: &Path,
    mode: u32,
    make: impl FnOnce(&Builder, &Path) -> io::Result<T>,
) -> io::Result<(T, Entry)> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let prefix = format!(".{}.", name.to_string_lossy());
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    // Locked, so that nothing comes between its making and its entry.
    let mut under_way = under_way();
    let made = make(&builder, folder_of(path))?;
    let entry = Entry(made.as_ref().to_path_buf());
    under_way.insert(entry.0.clone());
    Ok((made, entry))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What happened to `path`; errors of tempfile end with the hidden path beside it.
fn unwritable(path: &Path, source: io::Error) -> FileError {
    let source = match source.to_string().split_once(" at path ") {
        Some((reason, _)) => io::Error::new(source.kind(), reason),
        None => source,
    };
    FileError { action: "cannot write", path: path.to_path_buf(), source }
}

/// A file that is written piece by piece and takes its name at the end.
pub struct AtomicFile {
    path: PathBuf,
    writer: BufWriter<NamedTempFile>,
    _entry: Entry,
}

impl AtomicFile {
    /// The folder must exist.
    pub fn new(path: &Path) -> Result<Self, FileError> {
        let made = beside(path, 0o666, |builder, folder| builder.tempfile_in(folder));
        let (file, _entry) = made.map_err(|source| unwritable(path, source))?;
        Ok(AtomicFile { path: path.to_path_buf(), writer: BufWriter::new(file), _entry })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.writer.write_all(bytes).map_err(|source| unwritable(&self.path, source))
    }

    /// Replaces what is at the path in one step: whoever reads sees the old content or the new, even after a power cut.
    pub fn finish(self) -> Result<(), FileError> {
        let AtomicFile { path, writer, _entry } = self;
        let finish = || {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            // The rename itself lasts only once the folder is on disk; Windows cannot open folders as files.
            #[cfg(unix)]
            File::open(folder_of(&path))?.sync_all()?;
            Ok(())
        };
        finish().map_err(|source| unwritable(&path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_file_that_was_to_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("absent/x.png");
        let message = write_atomic(&path, b"x").unwrap_err().to_string();
        let reason = message.strip_prefix(&format!("cannot write {}: ", path.display())).expect(&message);
        assert!(!reason.is_empty() && !reason.contains(" at path "), "{message}");
        let wrapped = io::Error::other("Input/output error (os error 5) at path \"/tmp/.tmp1\"");
        let message = unwritable(&path, wrapped).to_string();
        assert!(message.ends_with(": Input/output error (os error 5)"), "{message}");
    }

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

    fn failing(folder: &Path) -> Result<(), FileError> {
        write_atomic(&folder.join("half"), b"1")?;
        write_atomic(&folder.join("absent").join("file"), b"2")
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("above").join("made");
        let fill = |inside: &Path| write_atomic(&inside.join("file"), b"1");
        assert!(write_folder(&path, failing).is_err());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        fs::create_dir(&path).unwrap();
        write_folder(&path, fill).unwrap();
        assert_eq!(read(&path.join("file")).unwrap(), b"1");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_made_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made");
        let second = |_: &Path| write_folder(&path, |_| -> Result<(), FileError> { panic!("it is refused") });
        let error = write_folder(&path, second).unwrap_err();
        assert!(error.to_string().ends_with("made: another process is writing it"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        write_folder(&path, |_| Ok::<_, FileError>(())).unwrap();
    }

    #[test]
    fn a_folder_takes_the_place_of_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("mine"), b"x").unwrap();
        let fill = |inside: &Path| write_atomic(&inside.join("file"), b"1");
        let error = write_folder(&path, fill).unwrap_err().to_string();
        assert!(error.contains("taken: directory not empty"), "{error}");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        assert!(write_folder(&path.join("mine"), fill).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
