//! Why a model cannot be written.

use std::io;

use crate::io::safetensors::SafetensorsError;
use crate::limits::LimitError;

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{file} cannot be written: {source}")]
    Unwritable { file: String, source: io::Error },
    #[error("a row of `{tensor}` has {row} bytes, a file at most {limit}")]
    Row { tensor: String, row: u64, limit: u64 },
    #[error("`{tensor}` holds {found} at element {index}, expected a finite number")]
    NotFinite { tensor: String, index: usize, found: f32 },
    #[error("the model would need {0}")]
    Limit(#[from] LimitError),
    #[error(transparent)]
    Value(#[from] SafetensorsError),
}
