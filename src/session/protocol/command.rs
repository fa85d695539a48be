//! What the page may ask.

#[cfg(doc)]
use super::Event;
use super::input::{BackendChoice, ClipTask, DecodingChoice, Input, Modality, Photo, Pixels, Reader, Video};
use super::model::ModelName;
use super::training::Experiment;
use crate::lab::fuse::{self, Contestant};
use crate::lab::sabotage::Corruption;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// Declares [`Lane`] and [`Command`] from the lanes in the order of their urgency, each with its commands; under `_` stand the
/// commands that name their lane themselves.
macro_rules! commands {
    (
        $($(#[$about:meta])* $lane:ident { $($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),+ $(,)? })?,)* })*
        _ { $($(#[$any_doc:meta])* $any:ident { $($any_field:ident: $any_type:ty),+ },)* }
    ) => {
        /// Requests of one lane supersede each other. The lanes stand in the order of their urgency: what a visitor waits for
        /// comes before what runs on in the background.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Lane {
            $($(#[$about])* $lane,)*
        }

        impl Lane {
            pub const ALL: &[Lane] = &[$(Lane::$lane),*];
        }

        /// One thing to do. The event that ends it stands at each.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Command {
            $($($(#[$doc])* $name $({ $($field: $type),+ })?,)*)*
            $($(#[$any_doc])* $any { $($any_field: $any_type),+ },)*
        }

        impl Command {
            /// The lane of this command; `Stop` belongs to the lane that it stops.
            pub fn lane(&self) -> Lane {
                match self {
                    $($(Command::$name { .. } => Lane::$lane,)*)*
                    $(Command::$any { lane, .. } => (*lane).into(),)*
                }
            }
        }
    };
}

commands! {
    Load {
        /// Chooses the device and loads a model.
        /// [`Event::Loading`] many times, [`Event::Device`], then [`Event::Ready`].
        Load { backend: BackendChoice, model: ModelName },
    }
    Compare {
        /// Measures the published checkpoint that is loaded, of this name, in every precision in which it fits, and loads it
        /// again as before. [`Event::Compared`] for each, from the most bits to the fewest; int8 ends it.
        Compare { name: String },
    }
    Open {
        /// Decodes a picture file and brings the picture to the model's input size as the model's own preprocessing does it.
        /// [`Event::Opened`].
        Open { name: String, file: Vec<u8> },
    }
    /// A text that is looked for in the gallery.
    TextQuery {}
    /// A picture that is looked for in the gallery.
    PictureQuery {}
    /// A sound, video, table or graph that is looked for in the gallery.
    ClipQuery {}
    /// Words that are added to a picture, or taken from it.
    Terms {}
    Caption {
        /// Writes a caption that begins with `prefix`. [`Event::TokenWritten`] many times, then [`Event::Captioned`].
        Caption { picture: Pixels, prefix: String, decoding: DecodingChoice, max_new_tokens: u32 },
    }
    Ask {
        /// [`Event::Answered`].
        Ask { picture: Pixels, question: String },
    }
    CrossAttention {
        /// Where each token of a given text looks in the picture. [`Event::CrossAttention`].
        CrossAttention { picture: Pixels, text: String, reader: Reader },
    }
    SelfAttention {
        /// Where each patch looks in the image encoder. [`Event::SelfAttention`].
        SelfAttention { picture: Pixels },
    }
    WordAlignment {
        /// How near each token of a text is to each patch of the picture, by late interaction. [`Event::WordsAligned`].
        AlignWords { picture: Pixels, text: String },
    }
    Spectrogram {
        /// The log-mel spectrogram of a mono waveform at 16 kHz, of which two seconds are read. [`Event::Spectrogram`].
        Spectrogram { samples: Vec<f32> },
    }
    ClipTask {
        /// Asks one of the networks that hear and see: of a video, which is grey where it is not seen, and of a mono waveform at
        /// 16 kHz, of which two seconds are read. [`Event::TaskDone`].
        RunTask { video: Video, is_seen: bool, samples: Vec<f32>, task: ClipTask },
    }
    Reconstruction {
        /// The picture that one unit vector of the joint space tells, whichever modality it is of. [`Event::Reconstructed`].
        Reconstruct { vector: Vec<f32> },
    }
    Steps {
        /// Times every step of encoding the picture on the device that computes. [`Event::StepsTimed`].
        TimeSteps { picture: Pixels },
    }
    Match {
        /// Asks the matching head about every picture with every text. [`Event::Matched`].
        Match { pictures: Vec<Pixels>, texts: Vec<String> },
    }
    Weights {
        /// The weights of what was trained up to `step`, as a safetensors file: those of a contestant of a race, or of a
        /// contrastive run. [`Event::Weights`].
        Weights { experiment: Experiment, step: u64, contestant: Option<Contestant> },
    }
    Sabotage {
        /// Corrupts the held-out samples of a race that was trained up to `step`, at each of these strengths in percent.
        /// [`Event::Training`] for every strength and contestant, then [`Event::CorruptionsEvaluated`].
        Sabotage {
            experiment: Experiment,
            step: u64,
            modality: fuse::Modality,
            corruption: Corruption,
            percents: Vec<u8>,
        },
    }
    /// What is looked for among the photos.
    Search {}
    Thumbnails {
        /// Small picture files of photos of the album, by their places. [`Event::Thumbnails`].
        Thumbnails { photos: Vec<u32> },
    }
    Album {
        /// The photos that this model has encoded, on earlier visits and in other pages too. The page has the first `known` of
        /// them. [`Event::Album`].
        OpenAlbum { known: u32 },
        /// Forgets them. [`Event::Album`].
        ClearAlbum,
    }
    /// By which the photos are sorted.
    Labels {}
    AddPhoto {
        /// Encodes the photo in a picture file and keeps embedding and thumbnail, if it is not in the album yet.
        /// `in_memory`: from now on the album is held in memory and is gone after this visit. [`Event::Album`].
        AddPhoto { photo: Photo, file: Vec<u8>, in_memory: bool },
    }
    /// Pictures, each with a text that is true of it.
    Gallery {}
    /// The same pictures patch by patch, for late interaction.
    Patches {}
    /// What the clips that begin with these pictures give of each other modality.
    Tables {}
    Graphs {}
    Sounds {}
    Videos {}
    Train {
        /// Trains up to this step, or to the end of the experiment where that is sooner: resumes where the run of an equal
        /// experiment is no further, else begins anew.
        /// [`Event::Training`] many times, then [`Event::Trained`].
        Train { experiment: Experiment, until: u64 },
    }
    /// The first lane of the library.
    Offer {
        /// What a published checkpoint is and what it needs, before anything is kept; `again` asks the server where it is kept
        /// already. [`Event::Offered`].
        Offer { name: String, again: bool },
    }
    Download {
        /// Downloads a published checkpoint as it was offered, or goes on with it: no more than `size` bytes in all. `again` fetches
        /// what is kept already; `in_memory`: the checkpoint is held in memory and is gone after this visit.
        /// [`Event::Downloading`] many times, then [`Event::Downloaded`].
        Download { name: String, size: u64, again: bool, in_memory: bool },
    }
    Revalidate {
        /// Asks the servers of these checkpoints, which are kept, whether they have other files by now. [`Event::Outdated`].
        Revalidate { names: Vec<String> },
    }
    Import {
        /// Takes one piece of a checkpoint that the visitor has as files, all of which it lists with their sizes; pieces come in
        /// the order of the files. `in_memory`: from now on the checkpoint is held in memory and is gone after this visit.
        /// [`Event::Imported`].
        Import {
            name: String,
            files: Vec<(String, u64)>,
            file: u32,
            start: u64,
            bytes: Vec<u8>,
            in_memory: bool,
        },
    }
    Models {
        /// Which checkpoints are kept on this device. [`Event::Models`].
        ListModels,
        /// Deletes a checkpoint with what was made by it. [`Event::Models`].
        Delete { name: String },
    }
    _ {
        /// Embeds inputs of any modality, on the lane `Patches` every patch of pictures. [`Event::Encoded`] many times, in order,
        /// until every input is done.
        Encode { inputs: Vec<Input>, lane: EncodeLane },
        /// Stops the work on a lane. No reply; neither does the stopped request reply any more.
        Stop { lane: Lane },
    }
}

/// The lanes of [`Command::Encode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncodeLane {
    TextQuery,
    PictureQuery,
    ClipQuery,
    Terms,
    Search,
    Labels,
    Gallery,
    Patches,
    Sounds,
    Videos,
    Tables,
    Graphs,
}

impl EncodeLane {
    /// On which the gallery is encoded in a modality.
    pub fn of(modality: Modality) -> Self {
        match modality {
            Modality::Sound => EncodeLane::Sounds,
            Modality::Motion => EncodeLane::Videos,
            Modality::Table => EncodeLane::Tables,
            Modality::Graph => EncodeLane::Graphs,
        }
    }

    /// The modality of [`EncodeLane::of`].
    pub fn modality(self) -> Option<Modality> {
        Modality::VARIANTS.iter().copied().find(|&modality| EncodeLane::of(modality) == self)
    }
}

impl From<EncodeLane> for Lane {
    fn from(lane: EncodeLane) -> Self {
        match lane {
            EncodeLane::TextQuery => Lane::TextQuery,
            EncodeLane::PictureQuery => Lane::PictureQuery,
            EncodeLane::ClipQuery => Lane::ClipQuery,
            EncodeLane::Terms => Lane::Terms,
            EncodeLane::Search => Lane::Search,
            EncodeLane::Labels => Lane::Labels,
            EncodeLane::Gallery => Lane::Gallery,
            EncodeLane::Patches => Lane::Patches,
            EncodeLane::Sounds => Lane::Sounds,
            EncodeLane::Videos => Lane::Videos,
            EncodeLane::Tables => Lane::Tables,
            EncodeLane::Graphs => Lane::Graphs,
        }
    }
}

impl Lane {
    /// Whether the library of checkpoints serves this lane: it needs no model, and does not wait for the engine.
    pub fn is_of_library(self) -> bool {
        self >= Lane::Offer
    }

    /// Whether an answer here says nothing beside its own command; on other lanes it adds to what is known.
    pub fn is_of_answers(self) -> bool {
        match self {
            Lane::TextQuery
            | Lane::PictureQuery
            | Lane::ClipQuery
            | Lane::Terms
            | Lane::Caption
            | Lane::Ask
            | Lane::CrossAttention
            | Lane::SelfAttention
            | Lane::WordAlignment
            | Lane::Spectrogram
            | Lane::ClipTask
            | Lane::Reconstruction
            | Lane::Steps
            | Lane::Match
            | Lane::Search
            | Lane::Labels
            | Lane::Gallery
            | Lane::Patches
            | Lane::Sounds
            | Lane::Videos
            | Lane::Tables
            | Lane::Graphs => true,
            Lane::Load
            | Lane::Compare
            | Lane::Open
            | Lane::Weights
            | Lane::Sabotage
            | Lane::Thumbnails
            | Lane::Album
            | Lane::AddPhoto
            | Lane::Train
            | Lane::Offer
            | Lane::Download
            | Lane::Revalidate
            | Lane::Import
            | Lane::Models => false,
        }
    }
}

impl Command {
    /// Embeds one input, which is looked for in the gallery.
    pub fn query(input: impl Into<Input>) -> Self {
        let input = input.into();
        let lane = match input {
            Input::Text(_) => EncodeLane::TextQuery,
            Input::Picture(_) => EncodeLane::PictureQuery,
            Input::Sound(_) | Input::Video(_) | Input::Table(_) | Input::Clip(..) => EncodeLane::ClipQuery,
        };
        Command::Encode { inputs: vec![input], lane }
    }

    /// Whether it does or looks at something anew each time. Any other is a question whose answer stays.
    pub fn is_action(&self) -> bool {
        matches!(
            self,
            Command::Compare { .. }
                | Command::TimeSteps { .. }
                | Command::ClearAlbum
                | Command::AddPhoto { .. }
                | Command::Offer { .. }
                | Command::Download { .. }
                | Command::Import { .. }
                | Command::Delete { .. }
        )
    }

    /// The same with what it keeps held in memory, if it keeps something.
    pub fn in_memory(mut self) -> Option<Command> {
        match &mut self {
            Command::Download { in_memory, .. }
            | Command::AddPhoto { in_memory, .. }
            | Command::Import { in_memory, .. } => *in_memory = true,
            _ => return None,
        }
        Some(self)
    }

    /// The one picture that this command is about, if there is one.
    pub fn picture(&self) -> Option<&Pixels> {
        match self {
            Command::Caption { picture, .. }
            | Command::Ask { picture, .. }
            | Command::CrossAttention { picture, .. }
            | Command::SelfAttention { picture }
            | Command::AlignWords { picture, .. }
            | Command::TimeSteps { picture } => Some(picture),
            Command::Match { pictures, .. } => match &pictures[..] {
                [picture] => Some(picture),
                _ => None,
            },
            Command::Encode { inputs, .. } => match &inputs[..] {
                [Input::Picture(picture)] => Some(picture),
                _ => None,
            },
            _ => None,
        }
    }
}
