//! Why a checkpoint could not be had, in sentences for the visitor.

use std::io;

use crate::limits::LimitError;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error(
        "\"{name}\" is not the name of a model: it is written owner/name, owner/name@revision, or as the https address \
         of a folder"
    )]
    Name { name: String },
    #[error("{file} is not there (404): the name may be misspelt, or this is no model of transformers")]
    Absent { file: String },
    #[error(
        "there is neither model.safetensors nor model.safetensors.index.json: the weights are in another format"
    )]
    NoWeights,
    #[error(
        "{file}: access denied ({status}); the name may be misspelt, or the owner asks for consent on the model's page"
    )]
    Denied { file: String, status: u16 },
    #[error("{file} cannot be served now ({status}): the server is in trouble or busy")]
    Busy { file: String, status: u16 },
    #[error("{file} is not served: the server answers {status}")]
    Unexpected { file: String, status: u16 },
    #[error("{file} cannot be reached: {reason}")]
    Unreachable { file: String, reason: String },
    #[error("the download of {file} broke off at {kept} of {size} bytes, which are kept: {reason}")]
    Broken { file: String, kept: u64, size: u64, reason: String },
    #[error("the server does not tell how long {file} is")]
    Sizeless { file: String },
    #[error("{file} is not as long as the server says: {size} bytes were promised, {found} came")]
    Length { file: String, size: u64, found: u64 },
    #[error("{file} is not whole any more: of its {size} bytes {found} are kept")]
    Lost { file: String, size: u64, found: u64 },
    #[error("{file} changed on the server while it was downloaded")]
    Changed { file: String },
    #[error("{file} was damaged on its way: its SHA-256 is {found}, expected {expected}")]
    Damaged { file: String, expected: String, found: String },
    #[error("{file} is not there: the server sends a web page (HTML) in its place")]
    Page { file: String },
    #[error(
        "{file} is only a Git LFS pointer: the repository was copied without its large files, which \"git lfs pull\" \
         fetches"
    )]
    Pointer { file: String },
    #[error("{file} is not what its name says: {reason}")]
    Form { file: String, reason: String },
    #[error("{file} is too large: {source}")]
    Limit { file: String, source: LimitError },
    #[error("the server was silent about {file} for {seconds} seconds")]
    Silent { file: String, seconds: u64 },
    #[error(
        "the files have become larger since they were offered ({found} bytes, {offered} were offered): look at the model again"
    )]
    Grown { offered: u64, found: u64 },
    #[error("{0}")]
    Index(#[from] crate::io::weights::WeightsError),
    #[error("{file} cannot be kept on this device: {source}")]
    Storage { file: String, source: io::Error },
}

impl HubError {
    /// Whether the same request may succeed later; otherwise another model is needed.
    pub fn may_pass(&self) -> bool {
        match self {
            HubError::Name { .. }
            | HubError::Absent { .. }
            | HubError::NoWeights
            | HubError::Denied { .. }
            | HubError::Unexpected { .. }
            | HubError::Sizeless { .. }
            | HubError::Limit { .. }
            | HubError::Grown { .. }
            | HubError::Lost { .. }
            | HubError::Index(_) => false,
            HubError::Busy { .. }
            | HubError::Unreachable { .. }
            | HubError::Broken { .. }
            | HubError::Length { .. }
            | HubError::Changed { .. }
            | HubError::Damaged { .. }
            | HubError::Page { .. }
            | HubError::Pointer { .. }
            | HubError::Form { .. }
            | HubError::Silent { .. }
            | HubError::Storage { .. } => true,
        }
    }
}
