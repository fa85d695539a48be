//! Checkpoints: everything that a run needs to go on, in one atomically written safetensors file; and the folder
//! that a trained model is shipped as.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::batch::GROUP;
use super::cells::GRID;
use super::objective::training_plan;
use super::schedule::{Schedule, Stage};
use super::sizes::{SHORT, Sizes};
use super::trainer::Trainer;
use super::{cells, referents};
use crate::device::DeviceError;
use crate::io::file::{FileError, read, write_atomic};
use crate::io::safetensors::{Floats, SafetensorsError, SafetensorsFile, to_bytes};
use crate::model::config_error::ConfigError;
use crate::model::playroom::Config;
use crate::ops::adamw::is_moment;
use crate::plan::SlotKind;
use crate::tensor::{DType, HostTensor, Shape};

/// Most pictures in a batch.
const MAX_BATCH: usize = 1 << 12;

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
    #[error("{folder}: {reason}")]
    Size { folder: String, reason: ConfigError },
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
    let Trainer { config, schedule, seed, batch, step, .. } = trainer;
    let state =
        RunState { config: config.clone(), schedule: *schedule, seed: *seed, batch: *batch, step: *step };
    let json = serde_json::to_string(&state).expect("plain data serialises");
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[(METADATA_KEY, &json)], Floats::F32)?;
    Ok(write_atomic(path, &bytes)?)
}

/// Reads a checkpoint back.
pub fn load(path: &Path) -> Result<(RunState, Named), CheckpointError> {
    let file = SafetensorsFile::new(path.display().to_string(), read(path)?)?;
    let foreign = |reason: String| CheckpointError::Foreign { file: path.display().to_string(), reason };
    let json = file.metadata().get(METADATA_KEY).map(|json| json.to_string());
    let json = json.ok_or_else(|| foreign(format!("no `{METADATA_KEY}` in its metadata")))?;
    let state: RunState = serde_json::from_str(&json).map_err(|error| foreign(error.to_string()))?;
    state.check().map_err(foreign)?;
    let tensors = tensors(&file)?;
    let stage = state.schedule.stage(state.step);
    belong(&tensors, &state.config).map_err(foreign)?;
    match missing(&tensors, &training_weights(&state.config, stage)).first() {
        Some(name) => Err(foreign(format!("`{name}` is not there"))),
        None => Ok((state, tensors)),
    }
}

impl RunState {
    /// Whether a run of these sizes can be trained; the error is a reason.
    pub fn check(&self) -> Result<(), String> {
        /// Far beyond any run; sums of such numbers do not overflow.
        const MOST: u64 = 1 << 40;
        self.config.check().map_err(|error| error.to_string())?;
        let Schedule { peak, warmup, towers, pictures, writing, steps, decay } = self.schedule;
        if self.config.max_tokens < SHORT {
            return Err(format!("max_tokens is {}, expected at least {SHORT}", self.config.max_tokens));
        }
        if self.config.grid() != GRID {
            return Err(format!("{} cells on a side, expected {GRID}", self.config.grid()));
        }
        let batch = self.batch;
        if batch == 0 || !batch.is_multiple_of(GROUP) || batch > MAX_BATCH {
            return Err(format!("batch is {batch}, expected a multiple of {GROUP} up to {MAX_BATCH}"));
        }
        if !(peak.is_finite() && peak >= 0.0) {
            return Err(format!("schedule.peak is {peak}, expected a number from 0 on"));
        }
        match [warmup, towers, pictures, writing, steps, decay, self.step].iter().find(|steps| **steps > MOST)
        {
            Some(steps) => Err(format!("{steps} steps, expected at most {MOST}")),
            None => Ok(()),
        }
    }
}

/// The sizes of a model folder, as [`export`] writes it.
pub fn config(folder: &Path) -> Result<Config, CheckpointError> {
    let path = folder.join("config.json");
    let file = path.display().to_string();
    let config: Config =
        serde_json::from_slice(&read(&path)?).map_err(|reason| CheckpointError::Config { file, reason })?;
    let folder = folder.display().to_string();
    config.check().map_err(|reason| CheckpointError::Size { folder, reason })?;
    Ok(config)
}

/// Tensors by name.
type Named = Vec<(String, HostTensor)>;

/// The weights of a model folder, as [`export`] writes it; each belongs to a model of these sizes. Those that a folder of an
/// early stage lacks are named beside them.
pub fn weights(folder: &Path, config: &Config) -> Result<(Named, Vec<String>), CheckpointError> {
    let path = folder.join("model.safetensors");
    let file = path.display().to_string();
    let tensors = tensors(&SafetensorsFile::new(file.clone(), read(&path)?)?)?;
    belong(&tensors, config).map_err(|reason| CheckpointError::Foreign { file, reason })?;
    let missing = missing(&tensors, &exported_weights(config));
    Ok((tensors, missing))
}

/// The sizes of a run that begins with the weights of a model, with the model's heads: those may differ.
pub fn with_heads_of(theirs: &Config, ours: &Config) -> Config {
    let Config { image_slots, text_pool, late_width, .. } = *theirs;
    Config { image_slots, text_pool, late_width, ..ours.clone() }
}

/// Of a model's weights those that a run of these sizes has room for, and the names of those that it lacks.
pub fn adopted(mut weights: Named, config: &Config) -> (Named, Vec<String>) {
    let all = exported_weights(config);
    weights.retain(|(name, tensor)| all.iter().any(|(other, shape)| other == name && *shape == tensor.shape));
    let missing = missing(&weights, &all);
    (weights, missing)
}

/// The weights of a model folder, as [`export`] writes it after all stages.
fn exported_weights(config: &Config) -> Vec<(String, Shape)> {
    let mut all = training_weights(config, Stage::Judging);
    all.retain(|(name, _)| is_exported(name));
    all
}

/// All tensors; their numbers must be finite.
fn tensors(file: &SafetensorsFile) -> Result<Vec<(String, HostTensor)>, CheckpointError> {
    let named = |name: String| Ok((name.clone(), file.finite(&name)?));
    file.names().into_iter().map(named).collect()
}

/// Weights and moments of a training run up to this stage.
fn training_weights(config: &Config, stage: Stage) -> Vec<(String, Shape)> {
    let plan = training_plan(config, Sizes { stage, batch: GROUP, long: SHORT });
    plan.slots_of(SlotKind::Stored).map(|slot| (slot.name.clone(), slot.shape.clone())).collect()
}

/// Whether every tensor is one of a training run, with its shape; the error is a reason.
fn belong(tensors: &[(String, HostTensor)], config: &Config) -> Result<(), String> {
    let all: HashMap<String, Shape> = training_weights(config, Stage::Judging).into_iter().collect();
    for (name, tensor) in tensors {
        match all.get(name) {
            None => return Err(format!("`{name}` is not of this model")),
            Some(shape) if (&tensor.shape, tensor.dtype()) != (shape, DType::F32) => {
                let (found, of) = (&tensor.shape, tensor.dtype());
                return Err(format!("`{name}` has shape {found} of {of:?}, expected {shape} of F32"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The names of those that are not among the tensors.
fn missing(tensors: &[(String, HostTensor)], all: &[(String, Shape)]) -> Vec<String> {
    let there: HashSet<&str> = tensors.iter().map(|(name, _)| name.as_str()).collect();
    all.iter().map(|(name, _)| name).filter(|name| !there.contains(name.as_str())).cloned().collect()
}

/// Whether a stored tensor is one of the model, and not of its training alone.
fn is_exported(name: &str) -> bool {
    !is_moment(name) && ![cells::HEAD, referents::HEAD].contains(&name.split('.').next().unwrap_or_default())
}

/// Writes the model folder: `config.json`, `tokenizer.json` and the weights in f16 as `model.safetensors`.
pub async fn export(trainer: &Trainer, tokenizer_json: &[u8], folder: &Path) -> Result<(), CheckpointError> {
    let mut tensors = trainer.stored().await?;
    tensors.retain(|(name, _)| is_exported(name));
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let config = serde_json::to_vec_pretty(&trainer.config).expect("plain data serialises");
    write_atomic(&folder.join("config.json"), &config)?;
    write_atomic(&folder.join("tokenizer.json"), tokenizer_json)?;
    let bytes = to_bytes(named, &[("format", "pt")], Floats::F16)?;
    Ok(write_atomic(&folder.join("model.safetensors"), &bytes)?)
}
