//! What the engine answers.

use super::command::Lane;
use super::input::{Photo, Pixels};
use super::model::{ModelFacts, Offer, PrecisionReport, StoredModel};
use super::training::TrainingUpdate;
pub use crate::infer::audiovisual::Hit;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Loading(Loading),
    Device(DeviceReport),
    Ready(ModelFacts),
    /// The file of a small model that the request needs; none once it has come or failed.
    Fetching(Option<FetchProgress>),
    Compared(PrecisionReport),
    Opened(OpenedPicture),
    /// Unit vectors of the inputs `from ..`: of each input `width` values, row after row.
    Encoded {
        from: u32,
        width: u32,
        rows: Vec<f32>,
    },
    /// Probabilities that they belong together, `[pictures, texts]`.
    Matched(Vec<f32>),
    /// The token at `position` of the caption, which from here on is forgotten and written anew: a beam may change
    /// its mind. Tokens of the prefix come first and are `forced`.
    TokenWritten {
        position: u32,
        token: Token,
    },
    /// The finished hypotheses, the best first; greedy and sampled decoding have one. Beams of Playroom are ranked by their
    /// log-probability, those of published models by its mean over the tokens, as `generate` of transformers does it.
    Captioned {
        hypotheses: Vec<CaptionHypothesis>,
    },
    Answered(Answer),
    CrossAttention(AttentionWeights),
    SelfAttention(AttentionWeights),
    WordsAligned(WordAlignment),
    Spectrogram(Spectrogram),
    TaskDone(TaskOutput),
    Reconstructed(Pixels),
    /// In the order in which they run.
    StepsTimed(Vec<StepTime>),
    Training(TrainingUpdate),
    /// The run has reached this step.
    Trained {
        step: u64,
    },
    /// Every contestant has answered.
    CorruptionsEvaluated,
    /// The bytes of a safetensors file.
    Weights(Vec<u8>),
    Album(AlbumPart),
    /// Places of photos with the bytes of picture files.
    Thumbnails(Vec<(u32, Vec<u8>)>),
    Offered(Offer),
    Downloading(DownloadProgress),
    /// Wholly kept on this device.
    Downloaded,
    /// The names of those checkpoints whose servers have other files by now.
    Outdated(Vec<String>),
    /// Bytes of the visitor's files that are kept; the next piece may come.
    Imported {
        done: u64,
        total: u64,
    },
    Models(Vec<StoredModel>),
    /// Others have the files that the request needs, another page of this browser perhaps. A download goes on when they are done;
    /// loading looks again some times.
    Waiting,
    /// In answer to no request: another page has changed what this lane tells of, [`Lane::Album`] or [`Lane::Models`].
    Changed(Lane),
    /// A sentence for the visitor beside the answer: a text was cut.
    Noted(String),
    Failed(Failure),
}

/// The photos of an album from a place on, in the order in which they came; those before it are the ones that were told
/// before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlbumPart {
    pub from: u32,
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Vec<f32>,
    /// Those of `photos` whose files end early, by their places in the album; see [`OpenedPicture::is_incomplete`].
    pub incomplete: Vec<u32>,
    /// Photos of the whole album that are left out because what was kept of them is damaged.
    pub damaged: u32,
    /// Whether it is there on the next visit; otherwise it is held in memory.
    pub is_persistent: bool,
}

/// A picture that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPicture {
    /// As the model sees it.
    pub picture: Pixels,
    /// Whether the end of its file is missing, and with it perhaps a part of the picture.
    pub is_incomplete: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DownloadProgress {
    /// Bytes that are kept.
    pub done: u64,
    pub total: u64,
    /// Bytes per second.
    pub rate: f64,
}

/// How far a file has come that is fetched when it is first needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchProgress {
    /// Of what it is: `encoder of sounds`.
    pub what: String,
    /// Bytes.
    pub done: u64,
    /// `None` where the server does not tell.
    pub total: Option<u64>,
}

/// A stage of loading with its progress. The stages come in the order of [`LoadingStage::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loading {
    pub stage: LoadingStage,
    /// Bytes for downloads, steps otherwise.
    pub done: u64,
    /// `None` where the server does not tell.
    pub total: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LoadingStage {
    /// Asking the browser for a graphics device.
    Device,
    /// Downloading configuration and tokenizer.
    Vocabulary,
    /// Downloading the weights.
    Weights,
    /// Preparing plans, compiling shaders, measuring.
    Prepare,
}

impl LoadingStage {
    pub const ALL: [LoadingStage; 4] =
        [LoadingStage::Device, LoadingStage::Vocabulary, LoadingStage::Weights, LoadingStage::Prepare];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    Cpu,
    Gpu,
}

/// Which device computes, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    pub backend: Backend,
    /// The graphics adapter that was found, whether or not it is used.
    pub adapter: Option<String>,
    /// Whether that adapter is computed on the CPU.
    pub is_software: bool,
    /// One sentence for the visitor.
    pub reason: String,
    /// The measurement behind the choice: milliseconds for the same work on each device tried.
    pub trials: Vec<Trial>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub backend: Backend,
    pub milliseconds: f32,
}

/// One token of a text that the decoder wrote or was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    pub id: u32,
    /// What the token adds to the text, with the space before it. Empty for the end token.
    pub text: String,
    /// Natural logarithm of the probability that the model gave it, before temperature.
    pub logprob: f32,
    /// Given by the prefix rather than chosen by the model.
    pub forced: bool,
    /// The five likeliest tokens at this position, the likeliest first.
    pub alternatives: Vec<Alternative>,
    /// Where the decoder looked while it chose this token: `[layers, heads, grid, grid]`, as in [`AttentionWeights`]. In
    /// answering BLIP's decoder looks at the question, whose tokens look at the picture; there it is, layer by layer and head by
    /// head, `p[cell] = sum_t decoder[t] question[t, cell]`.
    pub attention: Vec<f32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    pub id: u32,
    pub text: String,
    pub probability: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptionHypothesis {
    pub text: String,
    /// Sum over the tokens that the model chose, the end token included.
    pub logprob: f32,
}

/// The answer to a question about a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The tokens of the likeliest answer, the end token included.
    pub tokens: Vec<Token>,
    /// The likeliest answers with the probability of the whole answer, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// What the baseline says that reads the question and sees no picture, the likeliest first; empty for published models.
    pub question_only: Vec<Candidate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub text: String,
    pub probability: f32,
}

/// Attention probabilities of every layer and head, `[layers, heads, queries, grid * grid]`; a row sums to one, or to less
/// where the model also attends a class token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionWeights {
    pub layers: u32,
    pub heads: u32,
    pub grid: u32,
    /// The text of each query token with the space before it; empty where the queries are the `grid * grid` patches.
    pub tokens: Vec<String>,
    pub values: Vec<f32>,
}

/// A text's tokens compared with a picture's patches (Yao et al. 2022, FILIP).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordAlignment {
    /// Cosines, in one layer and head, of the tokens that are words.
    pub cosines: AttentionWeights,
    /// Unit vectors of all tokens, the special ones included, `[tokens, width]`: what the score of any picture is made of.
    pub vectors: Vec<f32>,
    /// The mean over all tokens of the largest cosine with a patch.
    pub score: f32,
}

/// One step of a plan, awaited by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTime {
    pub kernel: String,
    pub milliseconds: f32,
}

/// What went wrong, as a sentence for the visitor, with a way to recover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub sentence: String,
    /// The technical cause, for a bug report; may be empty.
    pub detail: String,
    pub recovery: Recovery,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recovery {
    /// The same request may succeed: a download failed.
    Retry,
    /// Load again on the CPU: no WebGPU, or the device was lost.
    UseCpu,
    /// Another input is needed: a file that is no picture, a question without words.
    ChangeInput,
    /// There is no room: the same request may succeed after something was deleted, or by [`super::Command::in_memory`].
    InMemory,
    /// Start the page again: the engine itself stopped.
    Reload,
    /// The model that was to speak is to be fetched once more: what is kept of it is not usable.
    FetchAgain,
}

impl AttentionWeights {
    /// The map `[grid * grid]` of one query in one head.
    pub fn map(&self, layer: usize, head: usize, query: usize) -> &[f32] {
        let keys = (self.grid * self.grid) as usize;
        let queries = if self.tokens.is_empty() { keys } else { self.tokens.len() };
        let row = (layer * self.heads as usize + head) * queries + query;
        &self.values[row * keys..(row + 1) * keys]
    }
}

/// What the networks of [`crate::model::audiovisual`] say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskOutput {
    /// Probability of each cell of the frame, row by row.
    Map(Vec<f32>),
    /// Probability of each offset from [`FARTHEST`] frames too late to as many too early, then of that it cannot be told.
    ///
    /// [`FARTHEST`]: crate::model::audiovisual::sync::FARTHEST
    Answers(Vec<f32>),
    Hits(Vec<Hit>),
    /// Waveforms of two seconds: of a network that sees the picture, and of the same without it.
    Separated {
        with_picture: Vec<f32>,
        without_picture: Vec<f32>,
    },
}

/// How loud each band of frequencies is in each frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spectrogram {
    /// Where each band is centred, in Hz.
    pub centres: Vec<f32>,
    /// Of each band in each frame, `[frames, bands]`, in dB.
    pub decibels: Vec<f32>,
}
