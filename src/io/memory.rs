//! Folders in memory, for a visit on which no disk keeps them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::hub::{Store, Writable};
use super::read_at::ReadAt;
use crate::limits::MAX_HELD;

/// Bytes of a piece of a file: a file grows without being moved.
const PIECE: usize = 1 << 20;

/// The folders that are held, by name. Clones share them.
#[derive(Clone, Default)]
pub struct MemoryStore(Rc<RefCell<BTreeMap<String, BTreeMap<String, Bytes>>>>);

/// The content of a file; all pieces but the last are full.
#[derive(Default)]
struct Bytes(Vec<Vec<u8>>);

impl Bytes {
    fn size(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }

    fn resize(&mut self, size: usize) {
        self.0.resize_with(size.div_ceil(PIECE), Vec::new);
        for (at, piece) in self.0.iter_mut().enumerate() {
            piece.resize((size - at * PIECE).min(PIECE), 0);
        }
    }

    /// Hands out the parts of `start..start + length`, which are there, one behind the other.
    fn parts(&mut self, start: usize, length: usize, mut part: impl FnMut(&mut [u8])) {
        let mut at = start;
        while at < start + length {
            let piece = &mut self.0[at / PIECE];
            let end = (start + length - at / PIECE * PIECE).min(PIECE);
            part(&mut piece[at % PIECE..end]);
            at = at / PIECE * PIECE + end;
        }
    }
}

impl MemoryStore {
    pub fn holds(&self, folder: &str) -> bool {
        self.0.borrow().contains_key(folder)
    }

    pub fn names(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// The folder of this name; made where there is none.
    pub fn folder(&self, name: &str) -> MemoryFolder {
        self.0.borrow_mut().entry(name.to_string()).or_default();
        MemoryFolder { memory: self.clone(), name: name.to_string() }
    }

    /// Lets go of a folder; whether there was one.
    pub fn remove(&self, name: &str) -> bool {
        self.0.borrow_mut().remove(name).is_some()
    }

    /// Bytes that may still be held, of [`MAX_HELD`].
    pub fn available_bytes(&self) -> u64 {
        let used: u64 = self.0.borrow().values().flat_map(BTreeMap::values).map(Bytes::size).sum();
        MAX_HELD.saturating_sub(used)
    }

    /// Holds a folder of which `files` are kept by `store`; nothing is held where they do not fit.
    ///
    /// # Errors
    /// Of the store, or [`io::ErrorKind::StorageFull`].
    pub async fn copy(&self, name: &str, store: &impl Store, files: &[String]) -> io::Result<()> {
        let held = self.folder(name);
        let copy = async || -> io::Result<()> {
            for file in files {
                let (from, mut to) = (store.open(file).await?, held.open(file).await?);
                from.pieces(from.size(), &mut |at, piece| to.write_at(at, piece))?;
            }
            Ok(())
        };
        let copied = copy().await;
        if copied.is_err() {
            self.remove(name);
        }
        copied
    }
}

/// A folder in memory.
pub struct MemoryFolder {
    memory: MemoryStore,
    name: String,
}

impl Store for MemoryFolder {
    type File = MemoryFile;

    async fn open(&self, name: &str) -> io::Result<MemoryFile> {
        let mut folders = self.memory.0.borrow_mut();
        folders.entry(self.name.clone()).or_default().entry(name.to_string()).or_default();
        Ok(MemoryFile { memory: self.memory.clone(), folder: self.name.clone(), name: name.to_string() })
    }
}

/// A file in memory.
pub struct MemoryFile {
    memory: MemoryStore,
    folder: String,
    name: String,
}

impl MemoryFile {
    /// Does something with the content; the folder may have been removed meanwhile.
    fn with<T>(&self, work: impl FnOnce(&mut Bytes) -> io::Result<T>) -> io::Result<T> {
        let mut folders = self.memory.0.borrow_mut();
        let file = folders.get_mut(&self.folder).and_then(|files| files.get_mut(&self.name));
        work(file.ok_or(io::ErrorKind::NotFound)?)
    }
}

/// A place in a file, which is never longer than [`MAX_HELD`].
fn index(at: u64) -> usize {
    usize::try_from(at).expect("no more is held than memory has addresses")
}

impl ReadAt for MemoryFile {
    fn size(&self) -> u64 {
        self.with(|file| Ok(file.size())).unwrap_or(0)
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.with(|file| {
            let end = start.checked_add(bytes.len() as u64);
            if end.is_none_or(|end| end > file.size()) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut at = 0;
            file.parts(index(start), bytes.len(), |part| {
                bytes[at..at + part.len()].copy_from_slice(part);
                at += part.len();
            });
            Ok(())
        })
    }
}

impl Writable for MemoryFile {
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        let space = self.memory.available_bytes();
        self.with(|file| {
            let end = start.saturating_add(bytes.len() as u64);
            if end.saturating_sub(file.size()) > space {
                return Err(io::ErrorKind::StorageFull.into());
            }
            if end > file.size() {
                file.resize(index(end));
            }
            let mut at = 0;
            file.parts(index(start), bytes.len(), |part| {
                part.copy_from_slice(&bytes[at..at + part.len()]);
                at += part.len();
            });
            Ok(())
        })
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.with(|file| {
            if size < file.size() {
                file.resize(index(size));
            }
            Ok(())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder on a disk, or in memory where the disk is refused or full.
pub enum DiskOrMemory<S> {
    Disk(S),
    Memory(MemoryFolder),
}

/// A file of either.
pub enum DiskOrMemoryFile<F> {
    Disk(F),
    Memory(MemoryFile),
}

impl<S: Store> Store for DiskOrMemory<S> {
    type File = DiskOrMemoryFile<S::File>;

    async fn open(&self, name: &str) -> io::Result<Self::File> {
        match self {
            DiskOrMemory::Disk(store) => store.open(name).await.map(DiskOrMemoryFile::Disk),
            DiskOrMemory::Memory(store) => store.open(name).await.map(DiskOrMemoryFile::Memory),
        }
    }
}

impl<F: ReadAt> ReadAt for DiskOrMemoryFile<F> {
    fn size(&self) -> u64 {
        match self {
            DiskOrMemoryFile::Disk(file) => file.size(),
            DiskOrMemoryFile::Memory(file) => file.size(),
        }
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        match self {
            DiskOrMemoryFile::Disk(file) => file.read_at(start, bytes),
            DiskOrMemoryFile::Memory(file) => file.read_at(start, bytes),
        }
    }
}

impl<F: Writable> Writable for DiskOrMemoryFile<F> {
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        match self {
            DiskOrMemoryFile::Disk(file) => file.write_at(start, bytes),
            DiskOrMemoryFile::Memory(file) => file.write_at(start, bytes),
        }
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        match self {
            DiskOrMemoryFile::Disk(file) => file.truncate(size),
            DiskOrMemoryFile::Memory(file) => file.truncate(size),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            DiskOrMemoryFile::Disk(file) => file.flush(),
            DiskOrMemoryFile::Memory(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    #[test]
    fn a_file_in_memory_reads_what_was_written_across_pieces() {
        let memory = MemoryStore::default();
        let mut file = block_on(memory.folder("a").open("weights")).unwrap();
        let bytes: Vec<u8> = (0..251).cycle().take(2 * PIECE + 5).collect();
        file.write_at(0, &bytes[..PIECE - 1]).unwrap();
        file.write_at(PIECE as u64 - 1, &bytes[PIECE - 1..]).unwrap();
        assert_eq!(file.size(), bytes.len() as u64);
        let mut read = vec![0; PIECE + 3];
        file.read_at(PIECE as u64 - 2, &mut read).unwrap();
        assert_eq!(read, bytes[PIECE - 2..2 * PIECE + 1]);
        file.write_at(PIECE as u64, b"xyz").unwrap();
        file.read_at(PIECE as u64 - 1, &mut read[..5]).unwrap();
        let expected = [bytes[PIECE - 1], b'x', b'y', b'z', bytes[PIECE + 3]];
        assert_eq!(read[..5], expected);
        file.truncate(PIECE as u64 + 1).unwrap();
        let beyond = file.read_at(PIECE as u64, &mut read[..2]).unwrap_err();
        assert_eq!((file.size(), beyond.kind()), (PIECE as u64 + 1, io::ErrorKind::UnexpectedEof));
        assert_eq!(memory.available_bytes(), MAX_HELD - PIECE as u64 - 1);
        assert!(memory.remove("a") && !memory.holds("a"));
        assert_eq!((file.size(), memory.available_bytes()), (0, MAX_HELD));
    }

    #[test]
    fn memory_ends() {
        let memory = MemoryStore::default();
        let mut file = block_on(memory.folder("a").open("weights")).unwrap();
        let full = file.write_at(MAX_HELD, b"x").unwrap_err();
        assert_eq!((full.kind(), file.size()), (io::ErrorKind::StorageFull, 0));
    }
}
