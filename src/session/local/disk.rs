//! Folders on a disk that has no more room than it is given, as a browser's storage.

use std::cell::Cell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use crate::io::file::{self, Folder};
use crate::io::hub::{Store, Writable};
use crate::io::read_at::ReadAt;

/// Bytes that may still be written. Clones share them.
#[derive(Clone)]
pub(super) struct Room(Rc<Cell<u64>>);

impl Room {
    pub(super) fn new(bytes: u64) -> Self {
        Room(Rc::new(Cell::new(bytes)))
    }

    pub(super) fn set(&self, bytes: u64) {
        self.0.set(bytes);
    }

    /// Takes so many bytes.
    pub(super) fn take(&self, bytes: u64) -> io::Result<()> {
        let left = self.0.get().checked_sub(bytes).ok_or(io::ErrorKind::StorageFull)?;
        self.0.set(left);
        Ok(())
    }

    fn give(&self, bytes: u64) {
        self.0.set(self.0.get().saturating_add(bytes));
    }
}

pub(super) struct Disk {
    folder: Folder,
    room: Room,
}

impl Disk {
    pub(super) fn new(path: PathBuf, room: Room) -> Self {
        Disk { folder: Folder(path), room }
    }
}

impl Store for Disk {
    type File = DiskFile;

    async fn open(&self, name: &str) -> io::Result<DiskFile> {
        Ok(DiskFile { file: self.folder.open(name).await?, room: self.room.clone() })
    }
}

pub(super) struct DiskFile {
    file: file::Disk,
    room: Room,
}

impl ReadAt for DiskFile {
    fn size(&self) -> u64 {
        self.file.size()
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_at(start, bytes)
    }
}

impl Writable for DiskFile {
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        let end = start.saturating_add(bytes.len() as u64);
        self.room.take(end.saturating_sub(self.size()))?;
        self.file.write_at(start, bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.room.give(self.size().saturating_sub(size));
        self.file.truncate(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
