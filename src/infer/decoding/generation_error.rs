//! What is wrong with a `generation_config.json`.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    #[error("generation_config.json cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("generation_config.json: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("generation_config.json: {entry} is {found}, expected {expected}")]
    Entry { entry: &'static str, found: String, expected: String },
}
