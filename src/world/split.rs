//! The parts of the world.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    Train,
    Val,
    Test,
    /// Scenes with at least one (colour, shape) pair that no other split shows.
    Compose,
    /// Winoground-like pairs: scenes 2k and 2k + 1 form the pair k of [`super::swap::pair`].
    Swap,
}

impl Split {
    pub const ALL: [Split; 5] = [Split::Train, Split::Val, Split::Test, Split::Compose, Split::Swap];

    pub const fn word(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Val => "val",
            Split::Test => "test",
            Split::Compose => "compose",
            Split::Swap => "swap",
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}
