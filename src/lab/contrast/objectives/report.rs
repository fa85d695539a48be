//! What a race is run for, and how it stands.

use serde::{Deserialize, Serialize};

use crate::lab::contrast::Retrieval;

/// What a contestant's encoders learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Objective {
    /// Nothing: the encoders keep their random weights.
    Random,
    /// Which caption belongs to which picture, by the cosine of two vectors (Radford et al. 2021).
    Contrastive,
    /// Whether a caption is true of a picture, fused from both (Li et al. 2021, section 3.2).
    Matching,
    /// Words and patches that were covered, from the rest of both (Devlin et al. 2019; He et al. 2022).
    Masked,
    /// The caption word by word from the picture's cells (Vinyals et al. 2015).
    Captioning,
    /// The picture's coarse colours from the caption, and the caption's words from the picture.
    Reconstruction,
    /// All of them, each with the same weight.
    Combined,
}

impl Objective {
    pub const ALL: [Objective; 7] = [
        Objective::Random,
        Objective::Contrastive,
        Objective::Matching,
        Objective::Masked,
        Objective::Captioning,
        Objective::Reconstruction,
        Objective::Combined,
    ];
}

/// A race, whole: equal settings give equal standings, bit by bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Of the initial weights and of the order of the batches.
    pub seed: u64,
    /// Pairs of a step.
    pub batch: usize,
    /// Steps of pre-training of every contestant.
    pub steps: u64,
    /// Steps of every probe.
    pub probe_steps: u64,
    /// Peak learning rate in millionths.
    pub micro_rate: u32,
}

/// What a contestant is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    Pretraining,
    /// Linear maps of both frozen features into a shared space.
    Retrieval,
    /// A small decoder over the frozen cells.
    Captioning,
    /// Linear classifiers of the frozen picture vector.
    Probing,
    Done,
}

/// How a decoder over frozen cells predicts the next word of held-out captions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Captioning {
    /// `e^loss` per word.
    pub perplexity: f32,
    /// Share of words that are predicted right.
    pub accuracy: f32,
    /// The same of words that name a colour, a shape, a size, a texture or a place's cell, which no grammar tells.
    pub content_accuracy: f32,
}

/// How linear classifiers read held-out pictures from the frozen vector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probing {
    /// Share of pictures whose number of objects is told.
    pub count_accuracy: f32,
    /// The same when always the most frequent number is told.
    pub count_majority: f32,
    /// F1 of the colours that are present, over all pictures and colours.
    pub colours_f1: f32,
    /// The same when each colour is always said or never said, whichever is more frequent in training; if none is,
    /// when all are said.
    pub colours_majority: f32,
}

/// Where one contestant stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub objective: Objective,
    pub phase: Phase,
    /// Steps taken in this phase.
    pub step: u64,
    /// Loss of the last step in nats; none before the first.
    pub loss: Option<f32>,
    /// Of captions for held-out pictures, among 100.
    pub retrieval: Option<Retrieval>,
    pub captioning: Option<Captioning>,
    pub probing: Option<Probing>,
}
