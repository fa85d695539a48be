//! Why a model cannot be loaded.

use std::io;

use super::decoding::GenerationError;
use crate::device::DeviceError;
use crate::io::preprocess::PreprocessError;
use crate::io::read_at::Files;
use crate::io::safetensors::SafetensorsError;
use crate::io::tokenizer::TokenizerError;
use crate::io::weights::WeightsError;
use crate::limits::LimitError;
use crate::model::config_error::ConfigError;

/// Why files are no model's, or a device does not take it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error("there is no {0}")]
    Absent(&'static str),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error("the tokenizer has ids up to {largest}, config.json says that there are {expected}")]
    Vocabulary { largest: u32, expected: usize },
    #[error(
        "the token that fills rows up has the id {pad}, config.json says that there are {expected} tokens"
    )]
    Pad { pad: u32, expected: usize },
    #[error("config.json says that a text ends in the token {end}, which the tokenizer puts into none")]
    End { end: u32 },
    #[error(transparent)]
    Generation(#[from] GenerationError),
    #[error(transparent)]
    Limit(#[from] LimitError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("`{tensor}` holds {found} in row {row}, which {precision} cannot represent")]
    Precision { tensor: String, precision: &'static str, row: usize, found: f32 },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl From<SafetensorsError> for LoadError {
    fn from(error: SafetensorsError) -> Self {
        LoadError::Weights(error.into())
    }
}

/// A file's bytes, none where it is not there.
pub(super) fn read(files: &dyn Files, name: &str) -> Result<Option<Vec<u8>>, LoadError> {
    files.read(name).map_err(|source| LoadError::Unreadable { file: name.to_string(), source })
}
