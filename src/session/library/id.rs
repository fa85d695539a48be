//! Which checkpoint is meant.

use crate::io::hub::Source;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointId {
    /// One name for all ways of writing it.
    pub name: String,
    /// The server that has it, with a port where it is not the usual one.
    pub host: String,
}

impl CheckpointId {
    /// What a text of the visitor or of a link names; none where it names no checkpoint of a server.
    pub fn parse(text: &str) -> Option<Self> {
        let Source { name, host, .. } = Source::parse(text).ok()?;
        Some(CheckpointId { name, host })
    }
}
