//! What is told of models.

use super::input::DecodingChoice;
use crate::eval::precision_eval::PrecisionMetrics;
use crate::precision::Precision;
use serde::{Deserialize, Serialize};

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelName {
    /// Our own, from this URL of a folder.
    Playroom { url: String },
    /// A published checkpoint whose files are kept on this device: its name as in [`crate::io::hub::Source::name`].
    /// Its matrices are kept on the device in this precision.
    Stored { name: String, precision: Precision },
}

/// A published checkpoint as its server and its `config.json` tell of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub name: String,
    pub kind: ModelKind,
    pub abilities: Abilities,
    pub parameters: u64,
    /// Bytes of all files, and those of them that are kept.
    pub size: u64,
    pub stored: u64,
    /// Whether it is to be fetched though it is kept already.
    pub again: bool,
    /// Bytes that the weights take while the model runs, in the order of [`Precision::ALL`].
    pub memory: [u64; 3],
    /// Why it cannot be used here; empty where it can.
    pub obstacle: String,
    /// Why it cannot be kept, though it may be held in memory; empty where it can.
    pub shortage: String,
    /// Whether it is there on the next visit; otherwise it is held in memory.
    pub is_persistent: bool,
}

/// A checkpoint on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredModel {
    pub name: String,
    pub size: u64,
    /// Bytes that are kept; less than `size` where a download has not ended.
    pub stored: u64,
    /// Whether it is there on the next visit; otherwise it is held in memory.
    pub is_persistent: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// As [`super::ModelName`] has it; `Playroom`.
    pub name: String,
    pub kind: ModelKind,
    pub abilities: Abilities,
    pub parameters: u64,
    /// 0 where the model has no space that pictures and texts share.
    pub embed_dim: u32,
    /// Pixels on a side of the picture that the model sees.
    pub image_size: u32,
    /// Patches on a side of the picture.
    pub grid: u32,
    pub image_encoder: Stack,
    /// No layers where the model writes nothing.
    pub decoder: Stack,
    /// No layers where the model reads no picture with words.
    pub matcher: Stack,
    /// `logits = logit_scale * cosine + logit_bias`, as trained.
    pub logit_scale: f32,
    pub logit_bias: f32,
    /// `logits = late_scale * late_score`, as trained; 0 where the model compares no words with patches.
    pub late_scale: f32,
    /// Whether a logit's sigmoid is the probability of a pair; otherwise the softmax over the texts is that of each.
    pub is_sigmoid: bool,
    /// The layer of the decoder's cross-attention that the model card calls best at pointing.
    pub pointing_layer: u32,
    /// `eval.json` beside the weights, as it is; empty where the model has none.
    pub eval_json: String,
    /// In which the device keeps the matrices.
    pub precision: Precision,
    /// How it writes where nobody says it.
    pub decoding: DecodingChoice,
    /// What was taken by default of what its files leave out, and what they say that is not followed here.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelKind {
    /// Ours: it knows the world it was trained on and nothing else.
    Playroom,
    Clip,
    Siglip,
    Blip,
}

impl ModelKind {
    /// As its authors write it.
    pub fn name(self) -> &'static str {
        match self {
            ModelKind::Playroom => "Playroom",
            ModelKind::Clip => "CLIP",
            ModelKind::Siglip => "SigLIP",
            ModelKind::Blip => "BLIP",
        }
    }
}

/// A model whose matrices are kept in a precision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PrecisionReport {
    pub precision: Precision,
    /// Of the weights on the device.
    pub bytes: u64,
    /// Per picture, for its embedding or for a text about it.
    pub milliseconds: f32,
    /// With the first form that was measured.
    pub metrics: PrecisionMetrics,
}

/// What may be asked of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Abilities {
    /// [`super::Command::Encode`].
    pub embeds: bool,
    /// [`super::Command::Caption`].
    pub captions: bool,
    /// [`super::Command::Ask`].
    pub answers: bool,
    /// [`super::Command::Match`].
    pub matches: bool,
    /// [`super::Command::AlignWords`].
    pub compares_words: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    pub layers: u32,
    pub heads: u32,
}
