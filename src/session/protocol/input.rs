//! What commands are about and how they are to be done.

pub use crate::device::BackendChoice;
pub use crate::pixels::Pixels;
use serde::{Deserialize, Serialize};

/// What a model embeds, of whichever modality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    Picture(Pixels),
    Text(String),
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
