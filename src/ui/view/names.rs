//! The choices of a view, each with the word that names it in the address.

use crate::session::protocol::{ClipName, EncodeLane, Modality};
use std::fmt;
use std::str::FromStr;

/// What the room Retrieve shows of the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum RetrieveMode {
    Ranking,
    Matrix,
    Map,
}

/// A modality of a clip; its title is its name on the page.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(ascii_case_insensitive)]
pub enum Medium {
    Image,
    Text,
    Sound,
    Video,
    Table,
    Graph,
}

impl Medium {
    pub fn title(self) -> &'static str {
        self.into()
    }

    /// In the midst of a sentence: `image`.
    pub const fn word(self) -> &'static str {
        match self {
            Medium::Image => "image",
            Medium::Text => "text",
            Medium::Sound => "sound",
            Medium::Video => "video",
            Medium::Table => "table",
            Medium::Graph => "graph",
        }
    }

    /// That which has an encoder of its own; pictures and texts are read by the model itself.
    pub const fn modality(self) -> Option<Modality> {
        match self {
            Medium::Image | Medium::Text => None,
            Medium::Sound => Some(Modality::Sound),
            Medium::Video => Some(Modality::Motion),
            Medium::Table => Some(Modality::Table),
            Medium::Graph => Some(Modality::Graph),
        }
    }

    /// On which the gallery is encoded in it; pictures and texts come together.
    pub fn lane(self) -> EncodeLane {
        self.modality().map_or(EncodeLane::Gallery, EncodeLane::of)
    }
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

/// What is asked of a clip in Listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum ListenTask {
    /// Nothing: what happens is told.
    #[default]
    Facts,
    Source,
    Sync,
    Events,
    Separation,
    /// Nothing of the clip: the visitor's own recording is looked for.
    Own,
}

/// What is heard of a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Heard {
    #[default]
    Mixture,
    Seen,
    Unseen,
    Truth,
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

impl PictureName {
    /// The clip that begins with this picture; the visitor's own has none.
    pub fn clip(&self) -> Option<ClipName> {
        Some(match self {
            &PictureName::Seeded { seed, index } => ClipName::Seeded { seed, index },
            PictureName::Coded(code) => ClipName::Coded(code.clone()),
            PictureName::Own => return None,
        })
    }
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
