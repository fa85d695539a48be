//! Live training: what is run, and what it tells while it runs.

use crate::lab::fuse;
use crate::lab::sabotage::Damage;
use serde::{Deserialize, Serialize};

/// What is trained. Equal experiments give equal curves on one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Experiment {
    /// The rooms Fuse and Sabotage.
    Race(fuse::Settings),
}

/// What a run tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Lesson {
    /// A race begins, with the held-out samples that it is judged by.
    RaceBegun {
        samples: Vec<fuse::Shown>,
    },
    Round(fuse::Round),
    /// How one contestant does after a round.
    Standing(fuse::Standing),
    /// What a contestant answers to spoilt samples.
    Damage(Damage),
}
