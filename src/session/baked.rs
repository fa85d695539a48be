//! A run of the model that was recorded beforehand, in the types of a live run.

use super::protocol::{CaptionHypothesis, Stack, Token};
use crate::world::Scene;
use serde::{Deserialize, Serialize};

/// A greedy caption of a scene, token by token: what the page shows while the weights are still on their way.
/// `public/baked.json` holds one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BakedRun {
    pub scene: Scene,
    /// The shape of each token's `attention`.
    pub decoder: Stack,
    /// As in `ModelFacts`.
    pub pointing_layer: u32,
    pub tokens: Vec<Token>,
    pub hypothesis: CaptionHypothesis,
}
