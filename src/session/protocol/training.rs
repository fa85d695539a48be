//! Live training: what is run, and what it tells while it runs.

use crate::lab::contrast::{self, objectives};
use crate::lab::fuse;
use crate::lab::sabotage::CorruptionResult;
use serde::{Deserialize, Serialize};

/// Runs that are remembered on both sides, the newest by their beginning, so that a visitor who goes from room to room
/// finds them as they were.
pub const KEPT_RUNS: usize = 4;

/// What is trained. Equal experiments give equal curves on one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Experiment {
    /// The rooms Fuse and Sabotage.
    Race(fuse::RaceSettings),
    /// The room Contrast. Its steps end with those of the settings.
    Contrast(contrast::ContrastSettings),
    /// Objectives of pre-training side by side, in the room Contrast. A step is one piece of the work of one of them.
    Objectives(objectives::ObjectiveSettings),
}

/// What a run tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TrainingUpdate {
    /// A race begins, with the held-out samples on which it is evaluated.
    RaceBegun {
        samples: Vec<fuse::task::Sample>,
    },
    RaceStep(fuse::RaceStep),
    /// How one contestant does after a step.
    Evaluated(fuse::Evaluation),
    /// What a contestant answers to corrupted samples.
    CorruptionResult(CorruptionResult),
    /// A contrastive run begins, with so many weights.
    ContrastBegun {
        parameters: u32,
    },
    Contrast(contrast::ContrastMetrics),
    /// How a contrastive run does on held-out pairs.
    Measured(Box<contrast::ContrastEval>),
    /// A race of objectives begins.
    ObjectivesBegun {
        standings: Vec<objectives::Standing>,
    },
    /// One of the objectives has come further.
    Objective(objectives::Standing),
}
