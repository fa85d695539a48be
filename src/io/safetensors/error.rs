//! What can be wrong with a safetensors file.

use std::io;

use safetensors::tensor::{Dtype, SafeTensorError};

use crate::io::placeholder::Placeholder;
use crate::tensor::Shape;

/// What can be wrong with a safetensors file; `file` is the name under which it was opened.
#[derive(Debug, thiserror::Error)]
pub enum SafetensorsError {
    #[error("{file} is not a safetensors file: {source}")]
    Malformed { file: String, source: SafeTensorError },
    #[error("{file} is {found}")]
    Placeholder { file: String, found: Placeholder },
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error("{file} has no tensor `{tensor}`")]
    Missing { file: String, tensor: String },
    #[error("`{tensor}` in {file} has shape {found}, expected {expected}")]
    ShapeMismatch { file: String, tensor: String, expected: Shape, found: Shape },
    #[error("`{tensor}` in {file} holds {found:?}, expected F32, F16, BF16, I64, I32 or U32")]
    Unsupported { file: String, tensor: String, found: Dtype },
    #[error("`{tensor}` in {file} holds {found:?}, expected F32, F16 or BF16")]
    NoNumbers { file: String, tensor: String, found: Dtype },
    #[error("`{tensor}` in {file} holds {found} at element {index}, expected an id in 0..=4294967295")]
    NotAnId { file: String, tensor: String, index: usize, found: i64 },
    #[error("`{tensor}` in {file} holds {found} at row {row}, expected a finite scale of at least 0")]
    Scale { file: String, tensor: String, row: usize, found: f32 },
    #[error("`{tensor}` in {file} holds {found} at element {index}, expected finite numbers")]
    NotFinite { file: String, tensor: String, index: usize, found: f32 },
    #[error("`{tensor}` holds {found} at element {index}, beyond the largest f16 of 65504")]
    Overflow { tensor: String, index: usize, found: f32 },
}
