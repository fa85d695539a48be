//! Bytes that are read in pieces, and the files of a model by name.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::placeholder::Placeholder;
use crate::limits;

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

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

    /// Hands out the first `size` bytes in pieces, each with the place of its first byte.
    fn pieces(&self, size: u64, take: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        for at in (0..size).step_by(PIECE) {
            let piece = &mut piece[..usize::try_from(size - at).map_or(PIECE, |rest| rest.min(PIECE))];
            self.read_at(at, piece)?;
            take(at, piece)?;
        }
        Ok(())
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
impl<K: Borrow<str> + Ord, T: ReadAt + 'static> Files for BTreeMap<K, Rc<T>> {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        Ok(self.get(name).map(|file| Box::new(file.clone()) as Box<dyn ReadAt>))
    }
}
