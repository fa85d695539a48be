//! The model that is loaded, and what was made with it.

use super::album::Album;
use super::encoders::Encoders;
use super::networks::Networks;
use super::run::TrainingRuns;
use crate::eval::playroom::QuestionPrior;
use crate::infer::VisionLanguageModel;
use crate::precision::Precision;
use crate::session::protocol::ModelFacts;

pub(crate) struct Loaded {
    /// As [`ModelName`](crate::session::protocol::ModelName) has it; `Playroom`.
    pub name: String,
    pub precision: Precision,
    pub model: VisionLanguageModel,
    pub encoders: Encoders,
    pub networks: Networks,
    /// 0 where the model has no space that pictures and words share.
    pub embed_dim: usize,
    /// As it was last read.
    pub album: Album,
    /// The blind baseline for questions; counted on first use.
    pub prior: Option<QuestionPrior>,
    pub runs: TrainingRuns,
}

impl Loaded {
    pub(super) fn new(model: VisionLanguageModel, facts: &ModelFacts) -> Self {
        Loaded {
            name: facts.name.clone(),
            precision: facts.precision,
            model,
            encoders: Encoders::default(),
            networks: Networks::default(),
            embed_dim: facts.embed_dim as usize,
            album: Album::default(),
            prior: None,
            runs: TrainingRuns::default(),
        }
    }
}
