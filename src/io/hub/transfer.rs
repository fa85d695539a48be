//! One file of a checkpoint while it comes.

use sha2::{Digest, Sha256};

use super::store::storage;
use super::{Entry, HubError, Writable, check};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransferProgress {
    /// Bytes that are kept.
    pub done: u64,
    pub total: u64,
    /// Bytes per second since the download began or went on.
    pub rate: f64,
}

/// A file that is being written.
pub(super) struct Transfer<W, B> {
    pub file: W,
    /// None where no byte is missing.
    pub body: Option<B>,
    /// None where the server gives no digest to compare with.
    pub hash: Option<Sha256>,
    /// [`super::Response::is_digest`].
    pub is_digest: bool,
}

impl<W: Writable, B> Transfer<W, B> {
    /// Holds the digest against the server's and the bytes to the form of the file; any other file is emptied.
    pub(super) fn verify(mut self, entry: &Entry) -> Result<(), HubError> {
        let failed = |source| storage(&entry.file, source);
        if let (Some(hash), Some(expected)) = (self.hash, &entry.sha256) {
            let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            let came_before = !self.is_digest && entry.came.as_ref() == Some(&found);
            if found != *expected && !came_before {
                self.file.truncate(0).map_err(failed)?;
                let (file, expected) = (entry.file.clone(), expected.clone());
                return Err(HubError::Damaged { file, expected, found });
            }
        }
        if let Err(error) = check(&entry.file, &self.file) {
            self.file.truncate(0).map_err(failed)?;
            return Err(error);
        }
        self.file.flush().map_err(failed)
    }
}

/// The digest of the first `size` bytes, to be gone on with.
pub(super) fn hash(file: &impl Writable, size: u64) -> std::io::Result<Sha256> {
    let mut hash = Sha256::new();
    file.pieces(size, &mut |_, piece| {
        hash.update(piece);
        Ok(())
    })?;
    Ok(hash)
}
