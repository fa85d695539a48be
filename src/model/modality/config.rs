//! Sizes of an encoder, as in the metadata of its file.

use serde::{Deserialize, Serialize};

use crate::model::config_error::ConfigError;

/// What the sizes of such an encoder name themselves.
pub const MODEL_TYPE: &str = "triptych-modality";

/// What a clip gives beside its picture and words.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// Two seconds of waveform, see [`crate::world::sound`].
    Sound,
    /// The pictures of a video, see [`crate::world::motion`].
    Motion,
    /// Sensor readings, see [`crate::world::table`].
    Table,
    /// Objects and how they stand to each other, see [`crate::world::graph`].
    Graph,
}

impl Modality {
    pub const fn word(self) -> &'static str {
        self.into_str()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Tells a file of such an encoder from others.
    pub model_type: String,
    pub modality: Modality,
    /// `D`.
    pub width: usize,
    pub depth: usize,
    pub heads: usize,
    pub mlp_ratio: usize,
    /// Width that each token is given before their mean.
    pub pool: usize,
    /// Width of the space of pictures and words, `E`.
    pub embed_width: usize,
}

impl Config {
    /// The shipped encoder of a modality.
    pub fn playroom(modality: Modality) -> Self {
        Config {
            model_type: MODEL_TYPE.to_string(),
            modality,
            width: 128,
            depth: if modality == Modality::Sound { 4 } else { 3 },
            heads: 4,
            mlp_ratio: 2,
            pool: 512,
            embed_width: 256,
        }
    }

    /// Checks sizes that come from a file.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.model_type != MODEL_TYPE {
            let found = &self.model_type;
            return Err(ConfigError::Size(format!("model_type is {found:?}, expected {MODEL_TYPE:?}")));
        }
        let fields = [
            ("width", self.width, 1..=1 << 12),
            ("depth", self.depth, 1..=64),
            ("heads", self.heads, 1..=self.width.max(1)),
            ("mlp_ratio", self.mlp_ratio, 1..=64),
            ("pool", self.pool, 1..=1 << 14),
            ("embed_width", self.embed_width, 1..=1 << 14),
        ];
        if let Some((name, found, range)) = fields.iter().find(|(_, found, range)| !range.contains(found)) {
            let (start, end) = (range.start(), range.end());
            return Err(ConfigError::Size(format!("{name} is {found}, expected {start} to {end}")));
        }
        if !self.width.is_multiple_of(self.heads) {
            let (heads, width) = (self.heads, self.width);
            return Err(ConfigError::Size(format!(
                "heads is {heads}, expected a divisor of the width {width}"
            )));
        }
        Ok(())
    }
}
