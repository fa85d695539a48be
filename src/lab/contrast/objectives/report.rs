//! What a race is run for, and how it stands.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::lab::contrast::ContrastRetrieval;
use crate::lab::contrast::partner::{Numbers, Partner};
use crate::world::Scene;

/// What a contestant's encoders learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Objective {
    /// Nothing: the encoders keep their random weights.
    Random,
    /// Which partner, such as a caption, belongs to which picture, by the cosine of two vectors (Radford et al. 2021).
    Contrastive,
    /// Whether the partner is of a picture, fused from both (Li et al. 2021, section 3.2).
    Matching,
    /// Words, or parts of another partner, and patches that were covered, from the rest of both (Devlin et al. 2019; He et al. 2022).
    Masked,
    /// The caption word by word from the picture's cells (Vinyals et al. 2015); where captions are the partner.
    Captioning,
    /// The picture's coarse colours from the partner, and the partner's words or numbers from the picture.
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

    /// Those that there are with a partner.
    pub fn of(partner: Partner) -> Vec<Objective> {
        let is_there = |one: &Objective| partner == Partner::Words || *one != Objective::Captioning;
        Objective::ALL.into_iter().filter(is_there).collect()
    }

    /// The losses that it is the mean of. The random baseline has one too, which it never learns from.
    pub(super) fn parts(self, partner: Partner) -> Vec<Objective> {
        match self {
            Objective::Random => vec![Objective::Contrastive],
            Objective::Combined => {
                let all = Objective::of(partner);
                all[1..all.len() - 1].to_vec()
            }
            one => vec![one],
        }
    }
}

/// A race, whole: equal settings give equal standings, bit by bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveSettings {
    /// Of the initial weights and of the order of the batches.
    pub seed: u64,
    pub partner: Partner,
    /// Pairs of a step.
    pub batch: usize,
    /// Steps of pre-training of every contestant.
    pub steps: u64,
    /// Steps of every probe.
    pub probe_steps: u64,
    /// Peak learning rate of pre-training in millionths; a probe's is a multiple of it.
    pub micro_rate: u32,
}

impl ObjectiveSettings {
    pub const BATCH: RangeInclusive<usize> = 8..=128;
    pub const STEPS: RangeInclusive<u64> = 1..=5_000;
    pub const MICRO_RATE: RangeInclusive<u32> = 1..=20_000;

    /// Whether these can be run; if not, why, in a sentence for the visitor.
    pub fn check(&self) -> Result<(), String> {
        if !Self::BATCH.contains(&self.batch) {
            return Err(format!("The batch must lie between 8 and 128, not at {}.", self.batch));
        }
        if !Self::STEPS.contains(&self.steps) || !Self::STEPS.contains(&self.probe_steps) {
            return Err("Pre-training and probes take between 1 and 5000 steps.".to_string());
        }
        if !Self::MICRO_RATE.contains(&self.micro_rate) {
            return Err("The learning rate must lie between 0.000001 and 0.02.".to_string());
        }
        Ok(())
    }

    /// Pieces of work of a whole race: of every contestant each step, and one more at the end of each of its four phases;
    /// the random baseline has no steps of pre-training.
    pub fn pieces(&self) -> u64 {
        let contestants = Objective::of(self.partner).len() as u64;
        contestants * (1 + 3 * (self.probe_steps + 1)) + (contestants - 1) * self.steps
    }
}

impl Default for ObjectiveSettings {
    fn default() -> Self {
        ObjectiveSettings {
            seed: 1,
            partner: Partner::Words,
            batch: 64,
            steps: 150,
            probe_steps: 80,
            micro_rate: 6_000,
        }
    }
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

impl Phase {
    pub(super) fn next(self) -> Phase {
        match self {
            Phase::Pretraining => Phase::Retrieval,
            Phase::Retrieval => Phase::Captioning,
            Phase::Captioning => Phase::Probing,
            Phase::Probing | Phase::Done => Phase::Done,
        }
    }

    /// Learning rate as a multiple of that of pre-training: the fewer layers, the more they bear.
    pub(super) fn haste(self) -> f32 {
        match self {
            Phase::Pretraining => 1.0,
            Phase::Captioning => 2.0,
            _ => 5.0,
        }
    }
}

/// How a decoder over frozen cells predicts the next word of held-out captions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Captioning {
    /// `e^loss` per word.
    pub perplexity: f32,
    /// Share of words that are predicted right.
    pub accuracy: f32,
    /// The same of words that name a colour, a shape, a size, a texture or a place, which no grammar tells.
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
    /// The same when every colour is said of every picture, the best that can be said blindly.
    pub colours_always: f32,
}

/// How well a modality is reconstructed from the other, over the held-out pairs: mean squared errors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SquaredError {
    pub error: f32,
    /// Of the mean of the training data.
    pub mean: f32,
}

/// A held-out pair, and each of its modalities out of the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReconstructedPair {
    pub scene: Scene,
    /// Of the partner.
    pub truth: Numbers,
    /// The partner's values out of the picture, of words their probabilities.
    pub values: Vec<f32>,
    /// Mean pixel values in `[-1, 1]` of the cells of the coarse picture, `[COARSE_GRID, COARSE_GRID, 3]`, out of the partner.
    pub coarse: Vec<f32>,
}

/// What an objective reconstructs that has learned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reconstructions {
    /// Of the coarse picture.
    pub picture: SquaredError,
    pub partner: SquaredError,
    /// The first pairs.
    pub shown: Vec<ReconstructedPair>,
}

/// Where one contestant stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub objective: Objective,
    pub phase: Phase,
    /// Steps taken in this phase.
    pub step: u64,
    /// Loss of the last step of the phase; none before the first.
    pub loss: Option<f32>,
    /// Of partners for held-out pictures, among 100.
    pub retrieval: Option<ContrastRetrieval>,
    pub captioning: Option<Captioning>,
    pub probing: Option<Probing>,
    pub reconstructions: Option<Reconstructions>,
}

impl Standing {
    pub(super) fn new(objective: Objective) -> Self {
        Standing {
            objective,
            phase: Phase::Pretraining,
            step: 0,
            loss: None,
            retrieval: None,
            captioning: None,
            probing: None,
            reconstructions: None,
        }
    }
}
