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
pub async fn manifest(store: &impl Store) -> Result<Option<Manifest>, HubError> {
    read(store, MANIFEST).await
}

/// As [`manifest`], of that name.
pub(super) async fn read(store: &impl Store, name: &str) -> Result<Option<Manifest>, HubError> {
    let read = async || {
        let file = store.open(name).await?;
        let mut bytes = vec![0; usize::try_from(file.size()).map_err(|_| io::ErrorKind::FileTooLarge)?];
        file.read_at(0, &mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().await.map_err(|source| storage(name, source))?;
    // A break may leave half of it; then the server is asked again.
    Ok(serde_json::from_slice(&bytes).ok())
}

/// Keeps a manifest; none makes the store forget its own.
pub async fn keep(store: &impl Store, manifest: Option<&Manifest>) -> Result<(), HubError> {
    write(store, MANIFEST, manifest).await
}

/// As [`keep`], under that name.
pub(super) async fn write(
    store: &impl Store,
    name: &str,
    manifest: Option<&Manifest>,
) -> Result<(), HubError> {
    let write = async || {
        let mut file = store.open(name).await?;
        file.truncate(0)?;
        if let Some(manifest) = manifest {
            file.write_at(0, &serde_json::to_vec(manifest).expect("plain data serialises"))?;
        }
        file.flush()
    };
    write().await.map_err(|source| storage(name, source))
}

pub(super) fn storage(file: &str, source: io::Error) -> HubError {
    HubError::Storage { file: file.to_string(), source }
}
