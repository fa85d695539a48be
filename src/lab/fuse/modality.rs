//! The two modalities of a race.

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Modality {
    Picture,
    Words,
}

impl Modality {
    pub const ALL: [Self; 2] = [Self::Picture, Self::Words];

    /// A word for tables, addresses and weights.
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// The two modalities as scopes of their weights and in the names of inputs.
pub const MODALITIES: [&str; 2] = [Modality::Picture.name(), Modality::Words.name()];
