//! Checkpoints: everything that a run needs to go on, in one atomically written safetensors file; and the folder
//! that a trained model is shipped as.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use super::trainer::Trainer;
use super::{cells, referents};
use crate::device::DeviceError;
use crate::io::file::{FileError, read, write_atomic};
use crate::io::safetensors::{Floats, SafetensorsError, SafetensorsFile, to_bytes};
use crate::model::playroom::Config;
use crate::tensor::HostTensor;

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    #[error("{file} is no checkpoint of a training run: {reason}")]
    Foreign { file: String, reason: String },
    #[error("{file} is not of a Playroom model: {reason}")]
    Config { file: String, reason: serde_json::Error },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// What a checkpoint says besides its tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    pub config: Config,
    pub schedule: Schedule,
    pub seed: u64,
    /// Pictures in a batch.
    pub batch: usize,
    /// Steps taken; batch `step` is the next to be drawn.
    pub step: u64,
}

const METADATA_KEY: &str = "run";

/// Writes weights, moments and state to `path`.
pub async fn save(trainer: &Trainer, path: &Path) -> Result<(), CheckpointError> {
    let tensors = trainer.stored().await?;
    let state = RunState {
        config: trainer.config.clone(),
        schedule: trainer.schedule,
        seed: trainer.seed,
        batch: trainer.batch,
        step: trainer.step,
    };
    let json = serde_json::to_string(&state).expect("plain data serialises");
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[(METADATA_KEY, &json)], Floats::F32)?;
    Ok(write_atomic(path, &bytes)?)
}

/// Reads a checkpoint back.
pub fn load(path: &Path) -> Result<(RunState, Vec<(String, HostTensor)>), CheckpointError> {
    let file = SafetensorsFile::new(path.display().to_string(), read(path)?)?;
    let foreign = |reason: String| CheckpointError::Foreign { file: path.display().to_string(), reason };
    let json = file.metadata().get(METADATA_KEY).map(|json| json.to_string());
    let json = json.ok_or_else(|| foreign(format!("no `{METADATA_KEY}` in its metadata")))?;
    let state = serde_json::from_str(&json).map_err(|error| foreign(error.to_string()))?;
    Ok((state, tensors(&file)?))
}

/// The sizes of a model folder, as [`export`] writes it.
pub fn config(folder: &Path) -> Result<Config, CheckpointError> {
    let path = folder.join("config.json");
    let foreign =
        |e: serde_json::Error| CheckpointError::Config { file: path.display().to_string(), reason: e };
    serde_json::from_slice(&read(&path)?).map_err(foreign)
}

/// The weights of a model folder, as [`export`] writes it.
pub fn weights(folder: &Path) -> Result<Vec<(String, HostTensor)>, CheckpointError> {
    let path = folder.join("model.safetensors");
    tensors(&SafetensorsFile::new(path.display().to_string(), read(&path)?)?)
}

fn tensors(file: &SafetensorsFile) -> Result<Vec<(String, HostTensor)>, CheckpointError> {
    let named = |name: String| Ok((name.clone(), file.tensor(&name)?));
    file.names().into_iter().map(named).collect()
}

/// Writes the model folder: `config.json`, `tokenizer.json` and the weights in f16 as `model.safetensors`.
pub async fn export(trainer: &Trainer, tokenizer_json: &[u8], folder: &Path) -> Result<(), CheckpointError> {
    let mut tensors = trainer.stored().await?;
    tensors.retain(|(name, _)| {
        !["adamw", cells::HEAD, referents::HEAD].contains(&name.split('.').next().unwrap_or_default())
    });
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let config = serde_json::to_vec_pretty(&trainer.config).expect("plain data serialises");
    write_atomic(&folder.join("config.json"), &config)?;
    write_atomic(&folder.join("tokenizer.json"), tokenizer_json)?;
    let bytes = to_bytes(named, &[("format", "pt")], Floats::F16)?;
    Ok(write_atomic(&folder.join("model.safetensors"), &bytes)?)
}
