//! What is known of the files of a checkpoint, kept beside them.

use serde::{Deserialize, Serialize};

use super::survey::TOKENIZERS;

/// The name under which a [`Manifest`] is kept.
pub const MANIFEST: &str = "manifest.json";

/// A file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub file: String,
    /// In bytes.
    pub size: u64,
    /// Lower-case hexadecimal, where the server gives it.
    pub sha256: Option<String>,
    /// Whether all bytes are kept and have been verified.
    pub whole: bool,
}

/// The files that a checkpoint needs, in the order in which they are downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`super::Source::name`].
    pub name: String,
    pub entries: Vec<Entry>,
}

impl Manifest {
    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).sum()
    }

    /// Bytes of the files that are wholly kept.
    pub fn kept(&self) -> u64 {
        self.entries.iter().filter(|entry| entry.whole).map(|entry| entry.size).sum()
    }

    /// Whether a tokenizer is among the files.
    pub fn has_tokenizer(&self) -> bool {
        let has = |file: &&str| self.entries.iter().any(|entry| entry.file == *file);
        TOKENIZERS.iter().any(|files| files.iter().all(has))
    }

    /// Whether every file is kept: the checkpoint can be used without a network.
    pub fn is_whole(&self) -> bool {
        self.entries.iter().all(|entry| entry.whole)
    }
}
