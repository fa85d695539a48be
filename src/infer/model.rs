//! Either kind of model, by what its `config.json` says.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::{LoadError, ModelFiles, Runner};
use crate::device::Device;
use crate::io::read_at::Files;
use crate::precision::Precision;

/// A model on a device: our own, which knows the world it was trained on, or a published one, which has seen photos.
pub enum Model {
    Playroom(Box<Runner>),
    Checkpoint(Box<Checkpoint>),
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error(transparent)]
    Playroom(#[from] LoadError),
    #[error("there is no {0}")]
    Absent(&'static str),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

const WEIGHTS: &str = "model.safetensors";

impl From<Runner> for Model {
    fn from(runner: Runner) -> Self {
        Model::Playroom(Box::new(runner))
    }
}

impl From<Checkpoint> for Model {
    fn from(checkpoint: Checkpoint) -> Self {
        Model::Checkpoint(Box::new(checkpoint))
    }
}

impl Model {
    /// Loads whatever the files are of; `precision` is that of a published checkpoint's matrices.
    pub fn load(device: Device, files: &dyn Files, precision: Precision) -> Result<Self, ModelError> {
        let unreadable = |name: &str| {
            let file = name.to_string();
            move |source| CheckpointError::Unreadable { file, source }
        };
        let file = |name| files.read(name).map_err(unreadable(name))?.ok_or(ModelError::Absent(name));
        let config = file("config.json")?;
        if !is_playroom(&config) {
            return Ok(Checkpoint::load(device, files, precision)?.into());
        }
        let tokenizer = file("tokenizer.json")?;
        let weights = files.open(WEIGHTS).map_err(unreadable(WEIGHTS))?.ok_or(ModelError::Absent(WEIGHTS))?;
        Ok(Runner::load(device, ModelFiles { config, tokenizer, weights })?.into())
    }

    pub fn device(&self) -> &Device {
        match self {
            Model::Playroom(runner) => runner.device(),
            Model::Checkpoint(checkpoint) => checkpoint.device(),
        }
    }
}

fn is_playroom(config: &[u8]) -> bool {
    let config: serde_json::Value = serde_json::from_slice(config).unwrap_or_default();
    config.get("model_type").and_then(serde_json::Value::as_str) == Some(super::load::MODEL_TYPE)
}
