//! The choices of a view, each with the word that names it in the address.

use std::fmt;
use std::str::FromStr;

/// What is looked for with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum RetrieveMode {
    Words,
    Sentences,
    Pictures,
    Matrix,
    Map,
}

/// By what the gallery is ranked for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum RankBy {
    /// The cosine of one vector a side.
    Cosine,
    /// The mean over the words of the largest cosine with a patch.
    Late,
}

/// Whose attention is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Attending {
    Decoder,
    Matcher,
    Patches,
}

/// What the room Contrast trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum ContrastMode {
    Run,
    Objectives,
}

/// Which picture lies on the stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PictureName {
    /// Scene `index` of split `test` under a seed: `7-0`.
    Seeded { seed: u64, index: u64 },
    /// A scene by its own code, as the editor makes them.
    Coded(String),
    /// The visitor's own file, which no link can carry.
    Own,
}

impl fmt::Display for PictureName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PictureName::Seeded { seed, index } => write!(f, "{seed}-{index}"),
            PictureName::Coded(code) => f.write_str(code),
            PictureName::Own => f.write_str("own"),
        }
    }
}

impl FromStr for PictureName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "own" {
            return Ok(PictureName::Own);
        }
        if let Some((seed, index)) = text.split_once('-')
            && let (Ok(seed), Ok(index)) = (seed.parse(), index.parse())
        {
            return Ok(PictureName::Seeded { seed, index });
        }
        crate::world::Scene::from_code(text).map(|_| PictureName::Coded(text.into())).map_err(|_| ())
    }
}
