//! The parts of the world.

use serde::{Deserialize, Serialize};

/// A part of the world.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::Display,
    strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
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
        self.into_str()
    }
}
