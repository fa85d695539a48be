//! The weights of a contrastive run as a safetensors file, and back.

use serde::{Deserialize, Serialize};

use super::{ContrastSettings, Run};
use crate::device::Device;
use crate::io::safetensors::SafetensorsFile;
use crate::lab::weights::{LabWeightsError, content, to_file};
use crate::train::small_trainer::weights_of;

/// The entry of the file's metadata that tells what it holds.
const METADATA_KEY: &str = "contrast";

#[derive(Serialize, Deserialize)]
struct Content {
    settings: ContrastSettings,
    step: u64,
}

impl Run {
    /// The weights, with what is needed to measure them again.
    pub async fn to_file(&self) -> Result<Vec<u8>, LabWeightsError> {
        let content = Content { settings: self.settings.clone(), step: self.steps() };
        to_file(METADATA_KEY, &content, &self.weights().await?)
    }

    /// A run that stands where the file of [`Run::to_file`] was written, with an optimiser that remembers nothing; `name`
    /// is the file's, for errors.
    pub async fn from_file(
        device: &Device,
        name: &str,
        file: &SafetensorsFile,
    ) -> Result<Self, LabWeightsError> {
        let Content { settings, step } = content(METADATA_KEY, name, file)?;
        settings.check().map_err(|reason| LabWeightsError::foreign(name, reason))?;
        let mut own = Vec::new();
        for (name, shape) in weights_of(&Run::training_plan(&settings)) {
            own.push((name.clone(), file.shaped(&name, &shape)?));
        }
        Ok(Run::with(device, settings, &own, step).await?)
    }
}
