//! What is wrong with a configuration.

use crate::limits::LimitError;

/// Why a `config.json` describes no model that can run here.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("config.json is not a configuration: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(
        "config.json describes {found}, expected CLIPModel, SiglipModel, BlipForConditionalGeneration, \
         BlipForImageTextRetrieval, BlipForQuestionAnswering or triptych-playroom"
    )]
    Unknown { found: String },
    #[error("config.json: {0}")]
    Size(String),
    #[error("config.json: {0}")]
    Memory(#[from] LimitError),
}
