//! A contestant's weights as a safetensors file, and back.

use serde::{Deserialize, Serialize};

use super::race::{Race, Settings};
use super::{Contestant, network};
use crate::device::{Device, DeviceError};
use crate::io::safetensors::{Precision, SafetensorsError, SafetensorsFile, to_bytes};
use crate::lab::student::weights_of;

/// The entry of the file's metadata that tells what it holds.
const METADATA_KEY: &str = "race";

#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    #[error("{file} does not hold a contestant of a race: {reason}")]
    Foreign { file: String, reason: String },
    #[error("`{0}` has no weights in this race")]
    NoWeights(&'static str),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

#[derive(Serialize, Deserialize)]
struct Content {
    settings: Settings,
    contestant: Contestant,
    step: u64,
}

impl Race {
    /// The weights of a contestant, with what is needed to judge it again.
    pub async fn to_file(&self, device: &Device, contestant: Contestant) -> Result<Vec<u8>, WeightsError> {
        let weights = self.weights(device, contestant).await?;
        if weights.is_empty() {
            return Err(WeightsError::NoWeights(contestant.name()));
        }
        let content = Content { settings: self.settings.clone(), contestant, step: self.step };
        let json = serde_json::to_string(&content).expect("plain data serialises");
        let named = weights.iter().map(|(name, tensor)| (name.as_str(), tensor));
        Ok(to_bytes(named, &[(METADATA_KEY, &json)], Precision::F32)?)
    }

    /// A race whose contestant at the returned place of [`Settings::entrants`] has the weights of a file of
    /// [`Race::to_file`]; `name` is the file's, for errors.
    pub async fn from_file(
        device: &Device,
        name: &str,
        file: &SafetensorsFile,
    ) -> Result<(Self, usize), WeightsError> {
        let foreign = |reason: String| WeightsError::Foreign { file: name.to_string(), reason };
        let metadata = file.metadata();
        let json =
            metadata.get(METADATA_KEY).ok_or_else(|| foreign(format!("no metadata `{METADATA_KEY}`")))?;
        let Content { mut settings, contestant, step } =
            serde_json::from_str(json).map_err(|error| foreign(error.to_string()))?;
        settings.check().map_err(foreign)?;
        if contestant == Contestant::Majority {
            return Err(foreign("the majority has no weights".into()));
        }
        settings.contestants = vec![contestant];
        let mut own = Vec::new();
        for (name, shape) in weights_of(&network::training(contestant, settings.batch)) {
            own.push((name.clone(), file.shaped(&name, &shape)?));
        }
        let mut race = Race::begin(device, settings).await?;
        let at = race.replace(device, contestant, &own).await?;
        race.step = step;
        Ok((race, at))
    }
}
