//! What the page may ask.

#[cfg(doc)]
use super::Event;
use super::{Experiment, Lane, ModelName};
use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::Corruption;
use serde::{Deserialize, Serialize};

/// One thing to do. The event that ends it stands at each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Chooses the device and loads a model.
    /// [`Event::Loading`] many times, [`Event::Device`], then [`Event::Ready`].
    Load { backend: BackendChoice, model: ModelName },
    /// Measures the published checkpoint that speaks, of this name, in every precision in which it fits, and lets it speak on
    /// as before. [`Event::Compared`] for each, from the most bits to the fewest; int8 ends it.
    Compare { name: String },
    /// Decodes a picture file and brings the picture to the model's input size as the model's own preprocessing does it.
    /// [`Event::Opened`].
    Open { name: String, file: Vec<u8> },
    /// Embeds as many pictures as texts, the n-th text being true of the n-th picture.
    /// [`Event::GalleryEncoded`] many times, in order, until every pair is done.
    EncodeGallery { pictures: Vec<Pixels>, texts: Vec<String> },
    /// [`Event::TextEncoded`].
    EncodeText { text: String },
    /// [`Event::PictureEncoded`].
    EncodePicture { picture: Pixels },
    /// Asks the matching head about every picture with every text. [`Event::Matched`].
    Match { pictures: Vec<Pixels>, texts: Vec<String> },
    /// Writes a caption that begins with `prefix`. [`Event::TokenWritten`] many times, then [`Event::Captioned`].
    Caption { picture: Pixels, prefix: String, decoding: Decoding, max_new_tokens: u32 },
    /// [`Event::Answered`].
    Ask { picture: Pixels, question: String },
    /// Where each token of a given text looks in the picture. [`Event::CrossAttention`].
    CrossAttention { picture: Pixels, text: String, reader: Reader },
    /// Where each patch looks in the image encoder. [`Event::SelfAttention`].
    SelfAttention { picture: Pixels },
    /// Times every step of encoding the picture on the device that computes. [`Event::StepsTimed`].
    TimeSteps { picture: Pixels },
    /// Trains up to this step, or to the end of the experiment where that is sooner: goes on where the run of an equal
    /// experiment stands no later, else begins anew.
    /// [`Event::Taught`] many times, then [`Event::Trained`].
    Train { experiment: Experiment, until: u64 },
    /// Spoils the held-out samples of a race that was trained and stands at `step`, at each of these strengths in
    /// percent. [`Event::Taught`] for every strength and contestant, then [`Event::Spoilt`].
    Sabotage {
        experiment: Experiment,
        step: u64,
        modality: Modality,
        corruption: Corruption,
        percents: Vec<u8>,
    },
    /// The weights of what was trained up to `step`, as a safetensors file: those of a contestant of a race, or of a
    /// contrastive run. [`Event::Weights`].
    Weights { experiment: Experiment, step: u64, contestant: Option<Contestant> },
    /// Embeds texts that are looked for among the photos. [`Event::TextsEncoded`].
    EncodeTexts { texts: Vec<String> },
    /// Embeds labels by which photos are sorted. [`Event::TextsEncoded`].
    EncodeLabels { texts: Vec<String> },
    /// The photos that this model has encoded, on earlier visits and in other pages too. The page has the first `known` of
    /// them. [`Event::Album`].
    OpenAlbum { known: u32 },
    /// Forgets them. [`Event::Album`].
    ClearAlbum,
    /// Encodes the photo in a picture file and keeps embedding and thumbnail, if it is not in the album yet.
    /// [`Event::Album`].
    AddPhoto { photo: Photo, file: Vec<u8> },
    /// The same; from now on the album is held in memory and is gone after this visit. [`Event::Album`].
    AddPhotoInMemory { photo: Photo, file: Vec<u8> },
    /// Small picture files of photos of the album, by their places. [`Event::Thumbnails`].
    Thumbnails { photos: Vec<u32> },
    /// What a published checkpoint is and what it needs, before anything is kept; `again` asks the server where it is kept
    /// already. [`Event::Offered`].
    Offer { name: String, again: bool },
    /// Downloads a published checkpoint as it was offered, or goes on with it: no more than `size` bytes in all. `again` fetches
    /// what is kept already. [`Event::Downloading`] many times, then [`Event::Downloaded`].
    Download { name: String, size: u64, again: bool },
    /// The same; the checkpoint is held in memory and is gone after this visit.
    DownloadInMemory { name: String, size: u64, again: bool },
    /// Asks the servers of these checkpoints, which are kept, whether they have other files by now. [`Event::Outdated`].
    Revalidate { names: Vec<String> },
    /// Takes one piece of a checkpoint that the visitor has as files, all of which it lists with their sizes; pieces come in
    /// the order of the files. [`Event::Taken`].
    Take { name: String, files: Vec<(String, u64)>, file: u32, start: u64, bytes: Vec<u8> },
    /// The same; from now on the checkpoint is held in memory and is gone after this visit.
    TakeInMemory { name: String, files: Vec<(String, u64)>, file: u32, start: u64, bytes: Vec<u8> },
    /// Which checkpoints are kept on this device. [`Event::Shelf`].
    Shelf,
    /// Deletes a checkpoint with what was made by it. [`Event::Shelf`].
    Delete { name: String },
    /// Stops the work on a lane. No reply; neither does the stopped request reply any more.
    Stop { lane: Lane },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The faster of the two, by a short measurement.
    #[default]
    Auto,
    Cpu,
    Gpu,
}

/// Rows of RGB bytes: `rgb.len() == width * height * 3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Decoding {
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

impl Command {
    /// The lane of this command; `Stop` belongs to the lane that it stops.
    pub fn lane(&self) -> Lane {
        match self {
            Command::Load { .. } => Lane::Load,
            Command::Compare { .. } => Lane::Compare,
            Command::Open { .. } => Lane::Open,
            Command::EncodeGallery { .. } => Lane::Gallery,
            Command::EncodeText { .. } => Lane::Text,
            Command::EncodePicture { .. } => Lane::Picture,
            Command::Match { .. } => Lane::Match,
            Command::Caption { .. } => Lane::Caption,
            Command::Ask { .. } => Lane::Ask,
            Command::CrossAttention { .. } => Lane::CrossAttention,
            Command::SelfAttention { .. } => Lane::SelfAttention,
            Command::TimeSteps { .. } => Lane::Steps,
            Command::Train { .. } => Lane::Train,
            Command::Sabotage { .. } => Lane::Sabotage,
            Command::Weights { .. } => Lane::Weights,
            Command::EncodeTexts { .. } => Lane::Texts,
            Command::EncodeLabels { .. } => Lane::Labels,
            Command::OpenAlbum { .. } | Command::ClearAlbum => Lane::Album,
            Command::AddPhoto { .. } | Command::AddPhotoInMemory { .. } => Lane::AddPhoto,
            Command::Thumbnails { .. } => Lane::Thumbnails,
            Command::Offer { .. } => Lane::Offer,
            Command::Download { .. } | Command::DownloadInMemory { .. } => Lane::Download,
            Command::Take { .. } | Command::TakeInMemory { .. } => Lane::Take,
            Command::Revalidate { .. } => Lane::Revalidate,
            Command::Shelf | Command::Delete { .. } => Lane::Shelf,
            Command::Stop { lane } => *lane,
        }
    }

    /// Whether it does or looks at something anew each time. Any other is a question whose answer stays.
    pub fn is_action(&self) -> bool {
        matches!(
            self,
            Command::Compare { .. }
                | Command::TimeSteps { .. }
                | Command::ClearAlbum
                | Command::AddPhoto { .. }
                | Command::AddPhotoInMemory { .. }
                | Command::Offer { .. }
                | Command::Download { .. }
                | Command::DownloadInMemory { .. }
                | Command::Take { .. }
                | Command::TakeInMemory { .. }
                | Command::Delete { .. }
        )
    }

    /// The same with what it keeps held in memory, if it keeps something.
    pub fn in_memory(&self) -> Option<Command> {
        match self.clone() {
            Command::Download { name, size, again } => Some(Command::DownloadInMemory { name, size, again }),
            Command::AddPhoto { photo, file } => Some(Command::AddPhotoInMemory { photo, file }),
            Command::Take { name, files, file, start, bytes } => {
                Some(Command::TakeInMemory { name, files, file, start, bytes })
            }
            held @ (Command::DownloadInMemory { .. }
            | Command::AddPhotoInMemory { .. }
            | Command::TakeInMemory { .. }) => Some(held),
            _ => None,
        }
    }

    /// The one picture that this command is about, if there is one.
    pub fn picture(&self) -> Option<&Pixels> {
        match self {
            Command::EncodePicture { picture }
            | Command::Caption { picture, .. }
            | Command::Ask { picture, .. }
            | Command::CrossAttention { picture, .. }
            | Command::SelfAttention { picture }
            | Command::TimeSteps { picture } => Some(picture),
            Command::Match { pictures, .. } => match &pictures[..] {
                [picture] => Some(picture),
                _ => None,
            },
            Command::Load { .. }
            | Command::Compare { .. }
            | Command::Open { .. }
            | Command::EncodeGallery { .. }
            | Command::EncodeText { .. }
            | Command::Train { .. }
            | Command::Sabotage { .. }
            | Command::Weights { .. }
            | Command::EncodeTexts { .. }
            | Command::EncodeLabels { .. }
            | Command::OpenAlbum { .. }
            | Command::ClearAlbum
            | Command::AddPhoto { .. }
            | Command::AddPhotoInMemory { .. }
            | Command::Thumbnails { .. }
            | Command::Offer { .. }
            | Command::Download { .. }
            | Command::Revalidate { .. }
            | Command::DownloadInMemory { .. }
            | Command::Take { .. }
            | Command::TakeInMemory { .. }
            | Command::Shelf
            | Command::Delete { .. }
            | Command::Stop { .. } => None,
        }
    }
}
