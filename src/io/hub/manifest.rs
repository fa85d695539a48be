//! What is known of the files of a checkpoint, kept beside them.

use serde::{Deserialize, Serialize};

use super::form::is_weights;
use crate::order;

/// The name under which a [`Manifest`] is kept.
pub const MANIFEST: &str = "manifest.json";
/// The name under which a [`Manifest`] is kept whose files are to take the place of others.
pub(super) const NEXT: &str = "manifest.next.json";

/// The ways in which a tokenizer is written down; the first that is there is taken.
pub(super) const TOKENIZERS: [&[&str]; 3] =
    [&["tokenizer.json"], &["vocab.json", "merges.txt"], &["vocab.txt"]];

/// A file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub file: String,
    /// In bytes.
    pub size: u64,
    /// Lower-case hexadecimal, where the server gives it.
    pub sha256: Option<String>,
    /// [`super::Response::tag`].
    #[serde(default)]
    pub tag: Option<String>,
    /// The digest of what came once in the place of `sha256`: what comes twice alike was not damaged on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<String>,
    /// Whether all bytes are kept and have been verified.
    pub whole: bool,
}

/// The files that a checkpoint needs, in the order in which they are downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`super::Source::name`].
    pub name: String,
    pub entries: Vec<Entry>,
    /// How many times the checkpoint was fetched again.
    #[serde(default)]
    pub generation: u32,
    /// Whether the server has sent something else than this tells of: it is to be asked anew.
    #[serde(default)]
    pub is_stale: bool,
}

impl Entry {
    /// Whether the server's file is another one by now; none can tell where neither digest nor tag is known.
    pub(super) fn differs(&self, now: &Entry) -> bool {
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        let is_same = self.sha256.is_some() && self.sha256 == now.sha256;
        !is_same
            && (self.size != now.size || differ(&self.sha256, &now.sha256) || differ(&self.tag, &now.tag))
    }
}

impl Manifest {
    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size))
    }

    /// Two entries of one file would be two opinions of the same bytes.
    pub(super) fn names_files_once(&self) -> bool {
        let mut names: Vec<&str> = self.entries.iter().map(|entry| entry.file.as_str()).collect();
        order::sort(&mut names);
        names.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// The name under which a store keeps a file: files of several generations lie side by side.
    pub fn stored_name(&self, file: &str) -> String {
        match self.generation {
            0 => file.to_string(),
            generation => format!("{generation}~{file}"),
        }
    }

    /// What this manifest already has of the files that a newer one tells of. A small file that nothing tells from a later one
    /// comes again. Names those of which what is kept is of another one.
    pub(super) fn carry_over(&self, newer: &mut Manifest) -> Vec<String> {
        let mut changed = Vec::new();
        newer.generation = self.generation;
        for entry in &mut newer.entries {
            let Some(former) = self.entries.iter().find(|former| former.file == entry.file) else { continue };
            let is_told = entry.sha256.is_some() || entry.tag.is_some() || is_weights(&entry.file);
            entry.whole = former.whole && is_told && !former.differs(entry);
            entry.came = former.came.clone().filter(|_| former.sha256 == entry.sha256);
            if former.differs(entry) {
                changed.push(entry.file.clone());
            }
        }
        changed
    }

    /// Whether the server has other files by now.
    pub fn differs(&self, now: &Manifest) -> bool {
        let change = |entry: &Entry| {
            let other = now.entries.iter().find(|other| other.file == entry.file);
            other.is_none_or(|other| entry.differs(other))
        };
        self.entries.len() != now.entries.len() || self.entries.iter().any(change)
    }

    /// Bytes of the files that are wholly kept.
    pub fn stored_bytes(&self) -> u64 {
        let whole = self.entries.iter().filter(|entry| entry.whole);
        whole.fold(0_u64, |sum, entry| sum.saturating_add(entry.size))
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
