//! Where downloaded files are kept.

use std::io;

use super::{HubError, MANIFEST, Manifest};
use crate::io::read_at::ReadAt;

/// A folder of the files of one checkpoint. Opening may take a while, what follows does not.
pub trait Store {
    type File: Writable;

    /// Opens a file, creating an empty one where there is none.
    fn open(&self, name: &str) -> impl Future<Output = io::Result<Self::File>>;
}

/// A file that is written while it comes.
pub trait Writable: ReadAt + 'static {
    /// Writes all of `bytes` from byte `start` on.
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts what lies behind the first `size` bytes.
    fn truncate(&mut self, size: u64) -> io::Result<()>;

    /// What was written will be there after a break.
    fn flush(&mut self) -> io::Result<()>;
}

/// The manifest that a store keeps; none where there is none, or where it is not legible.
pub async fn load_manifest(store: &impl Store) -> Result<Option<Manifest>, HubError> {
    read(store, MANIFEST).await
}

/// As [`load_manifest`], of that name.
pub(super) async fn read(store: &impl Store, name: &str) -> Result<Option<Manifest>, HubError> {
    let read = async || {
        let file = store.open(name).await?;
        file.read_vec(0, file.size())
    };
    let bytes = read().await.map_err(|source| storage(name, source))?;
    // Behind it a break may have left the end of a longer one. Where it is not legible the server is asked again.
    let first = serde_json::Deserializer::from_slice(&bytes).into_iter().next().and_then(Result::ok);
    Ok(first.filter(Manifest::names_files_once))
}

/// Keeps a manifest; none makes the store forget its own.
pub async fn save_manifest(store: &impl Store, manifest: Option<&Manifest>) -> Result<(), HubError> {
    write(store, MANIFEST, manifest).await
}

/// As [`save_manifest`], under that name.
pub(super) async fn write(
    store: &impl Store,
    name: &str,
    manifest: Option<&Manifest>,
) -> Result<(), HubError> {
    let write = async || {
        let mut file = store.open(name).await?;
        let bytes =
            manifest.map_or(Vec::new(), |new| serde_json::to_vec(new).expect("plain data serialises"));
        // Cut afterwards: a disk that is full, or a break in between, leaves one of the two.
        file.write_at(0, &bytes)?;
        file.truncate(bytes.len() as u64)?;
        file.flush()
    };
    write().await.map_err(|source| storage(name, source))
}

pub(super) fn storage(file: &str, source: io::Error) -> HubError {
    HubError::Storage { file: file.to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::memory::{MemoryFile, MemoryFolder, MemoryStore};
    use pollster::block_on;

    /// A folder in which one of the steps of writing fails, as at a break or on a full disk.
    struct Failing {
        folder: MemoryFolder,
        step: &'static str,
    }

    struct FailingFile(MemoryFile, &'static str);

    impl Store for Failing {
        type File = FailingFile;

        async fn open(&self, name: &str) -> io::Result<FailingFile> {
            Ok(FailingFile(self.folder.open(name).await?, self.step))
        }
    }

    impl ReadAt for FailingFile {
        fn size(&self) -> u64 {
            self.0.size()
        }

        fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
            self.0.read_at(start, bytes)
        }
    }

    impl Writable for FailingFile {
        fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
            if self.1 == "write" {
                Err(io::ErrorKind::StorageFull.into())
            } else {
                self.0.write_at(start, bytes)
            }
        }

        fn truncate(&mut self, size: u64) -> io::Result<()> {
            if self.1 == "truncate" { Err(io::ErrorKind::Other.into()) } else { self.0.truncate(size) }
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }

    #[test]
    fn a_manifest_that_is_replaced_is_the_former_or_the_later_one() {
        let of = |name: &str| Manifest {
            name: name.to_string(),
            entries: Vec::new(),
            generation: 0,
            is_stale: false,
        };
        let (former, later) = (of("a/the-former-and-longer"), of("a/later"));
        for (step, expected) in [("write", &former), ("truncate", &later), ("", &later)] {
            let memory = MemoryStore::default();
            block_on(save_manifest(&memory.folder("m"), Some(&former))).unwrap();
            let failing = Failing { folder: memory.folder("m"), step };
            assert_eq!(block_on(save_manifest(&failing, Some(&later))).is_ok(), step.is_empty());
            assert_eq!(
                block_on(load_manifest(&memory.folder("m"))).unwrap().as_ref(),
                Some(expected),
                "{step}"
            );
        }
    }
}
