//! What commands are about and how they are to be done.

pub use crate::device::BackendChoice;
use crate::io::table_csv;
pub use crate::model::modality::Modality;
pub use crate::pixels::Pixels;
use crate::world::code::CodeError;
use crate::world::{Clip, Scene, Split};
use serde::{Deserialize, Serialize};

/// What a model embeds, of whichever modality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    Picture(Pixels),
    Text(String),
    /// A mono waveform at 16 kHz, of which two seconds are read.
    Sound(Vec<f32>),
    /// The pictures of a video at the moments of a clip's frames.
    Video(Vec<Pixels>),
    /// A table as CSV ([`crate::io::table_csv`]), of which the first clip is read.
    Table(String),
    /// What a clip of the world gives of a modality; the engine draws it, since a name is shorter than a waveform or a video.
    Clip(ClipName, Modality),
}

impl Input {
    /// The modality whose encoder reads it; pictures and texts are the model's own.
    pub fn modality(&self) -> Option<Modality> {
        match self {
            Input::Picture(_) | Input::Text(_) => None,
            Input::Sound(_) => Some(Modality::Sound),
            Input::Video(_) => Some(Modality::Motion),
            Input::Table(_) => Some(Modality::Table),
            Input::Clip(_, modality) => Some(*modality),
        }
    }
}

/// A clip of the world, by what it is drawn of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClipName {
    /// Clip `index` of split `test` under a seed.
    Seeded { seed: u64, index: u64 },
    /// That of a scene, by its code.
    Coded(String),
}

impl ClipName {
    /// # Errors
    /// Where a code is of no scene.
    pub fn draw(&self) -> Result<Clip, CodeError> {
        Ok(match self {
            ClipName::Seeded { seed, index } => Clip::draw(Split::Test, *seed, *index),
            ClipName::Coded(code) => Clip::of(Scene::from_code(code)?),
        })
    }
}

/// What the networks that hear and see are given to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Video {
    Clip(ClipName),
    /// As in [`Input::Video`].
    Frames(Vec<Pixels>),
}

/// What is asked of a video that is seen and heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClipTask {
    /// Where in a frame that is which is heard around a sample.
    Source { frame: u32, sample: u32 },
    /// By how many frames sound and video are apart.
    Sync,
    /// When and where something hits, by the video alone.
    Events,
    /// The sound of what the first picture shows, out of a mixture.
    Separation,
}

/// The table of a clip as the CSV of an [`Input::Table`].
pub fn csv_of(clip: &Clip) -> String {
    let bytes = [table_csv::header(), table_csv::lines("clip", &clip.table())].concat();
    String::from_utf8(bytes).expect("a table is text")
}

impl From<Pixels> for Input {
    fn from(picture: Pixels) -> Self {
        Input::Picture(picture)
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Input::Text(text)
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Input::Text(text.to_string())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum DecodingChoice {
    /// That of the model's own files; greedy where they say nothing.
    Own,
    Greedy,
    Beam {
        width: u32,
    },
    Sample {
        temperature: f32,
        seed: u32,
    },
}

/// A photo of the visitor's album, by what its file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Photo {
    pub name: String,
    /// Bytes of the file.
    pub size: u64,
    /// Milliseconds since 1970.
    pub modified: u64,
}

/// Which text tower reads the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reader {
    /// The causal decoder that writes captions and answers.
    Decoder,
    /// The matcher that reads a whole sentence at once; of a published model that answers, the encoder of the question.
    Matcher,
}
