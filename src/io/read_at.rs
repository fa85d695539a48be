//! Bytes that are read in pieces, and the files of a model by name.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::placeholder::Placeholder;
use crate::limits;

/// A file on disk, or bytes that are in memory already.
pub trait ReadAt {
    /// Length in bytes.
    fn size(&self) -> u64;

    /// Fills `bytes` from byte `start` on; fewer bytes than asked for are an error.
    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// `count` bytes from byte `start` on.
    fn read_vec(&self, start: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(count).map_err(|_| io::ErrorKind::FileTooLarge)?];
        self.read_at(start, &mut bytes).map(|()| bytes)
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let end = start.checked_add(bytes.len());
        let part = end.and_then(|end| self.get(start..end)).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(part);
        Ok(())
    }
}

impl<T: ReadAt> ReadAt for Rc<T> {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        (**self).read_at(start, bytes)
    }
}

/// The files of a model, wherever they lie.
pub trait Files {
    /// Opens a file; none where there is no file of that name.
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>>;

    /// All bytes of a file beside the weights; none where there is no file of that name.
    ///
    /// # Errors
    /// Also where it is longer than [`limits::small_file`] allows, or something else stands in its place.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        let size = file.size();
        limits::small_file(name, size).map_err(io::Error::other)?;
        let bytes = file.read_vec(0, size)?;
        match Placeholder::of(name, &bytes) {
            Some(placeholder) => Err(io::Error::other(format!("it is {placeholder}"))),
            None => Ok(Some(bytes)),
        }
    }
}

/// Files in memory.
impl<T: ReadAt + 'static> Files for BTreeMap<&str, Rc<T>> {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        Ok(self.get(name).map(|file| Box::new(file.clone()) as Box<dyn ReadAt>))
    }
}
