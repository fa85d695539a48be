//! Weights that were trained in the lab, as files.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::device::DeviceError;
use crate::io::safetensors::{Floats, SafetensorsError, SafetensorsFile, to_bytes};
use crate::train::small_trainer::Inputs;

#[derive(Debug, thiserror::Error)]
pub enum LabWeightsError {
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    #[error("{file} does not hold weights of this lab: {reason}")]
    Foreign { file: String, reason: String },
    #[error("`{0}` has no weights in this race")]
    NoWeights(&'static str),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl LabWeightsError {
    pub(super) fn foreign(file: &str, reason: impl Into<String>) -> Self {
        LabWeightsError::Foreign { file: file.to_string(), reason: reason.into() }
    }
}

/// A safetensors file of `weights`, whose metadata tells under `key` what they are.
pub(super) fn to_file(
    key: &str,
    content: &impl Serialize,
    weights: &Inputs,
) -> Result<Vec<u8>, LabWeightsError> {
    let json = serde_json::to_string(content).expect("plain data serialises");
    let named = weights.iter().map(|(name, tensor)| (name.as_str(), tensor));
    Ok(to_bytes(named, &[(key, &json)], Floats::F32)?)
}

/// What the metadata of a file tells under `key`; `name` is the file's, for errors.
pub(super) fn content<T: DeserializeOwned>(
    key: &str,
    name: &str,
    file: &SafetensorsFile,
) -> Result<T, LabWeightsError> {
    let metadata = file.metadata();
    let json =
        metadata.get(key).ok_or_else(|| LabWeightsError::foreign(name, format!("no metadata `{key}`")))?;
    serde_json::from_str(json).map_err(|error| LabWeightsError::foreign(name, error.to_string()))
}
