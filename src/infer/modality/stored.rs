//! What the file of a small model beside the large one holds.

use serde::de::DeserializeOwned;

use crate::device::{Device, DeviceError, ParamStore};
use crate::io::safetensors::{SafetensorsError, SafetensorsFile};
use crate::model::config_error::ConfigError;
use crate::plan::{Plan, SlotKind};

/// The entry of the file's metadata that holds the sizes.
pub const METADATA_KEY: &str = "config";

#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    #[error("{file} is of another kind: {reason}")]
    Foreign { file: String, reason: String },
    #[error("{file}: {reason}")]
    Config { file: String, reason: ConfigError },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// The sizes in a file's metadata, not checked yet.
pub(in crate::infer) fn stored_config<C: DeserializeOwned>(
    file: &SafetensorsFile,
) -> Result<C, EncoderError> {
    let foreign = |reason: String| EncoderError::Foreign { file: file.file().into(), reason };
    let metadata = file.metadata();
    let json = metadata.get(METADATA_KEY).ok_or_else(|| foreign(format!("no metadata `{METADATA_KEY}`")))?;
    serde_json::from_str(json).map_err(|error| foreign(error.to_string()))
}

/// The weights that a plan reads.
pub(in crate::infer) fn stored_params(
    device: &Device,
    file: &SafetensorsFile,
    plan: &Plan,
) -> Result<ParamStore, EncoderError> {
    let mut params = device.param_store();
    for slot in plan.slots_of(SlotKind::Stored) {
        params.store(&slot.name, &file.shaped(&slot.name, &slot.shape)?)?;
    }
    Ok(params)
}
