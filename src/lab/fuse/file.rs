//! A contestant's weights as a safetensors file, and back.

use serde::{Deserialize, Serialize};

use super::race::Race;
use super::settings::RaceSettings;
use super::{Contestant, network};
use crate::device::Device;
use crate::io::safetensors::SafetensorsFile;
use crate::lab::weights::{LabWeightsError, content, to_file};
use crate::train::small_trainer::weights_of;

/// The entry of the file's metadata that tells what it holds.
const METADATA_KEY: &str = "race";

#[derive(Serialize, Deserialize)]
struct Content {
    settings: RaceSettings,
    contestant: Contestant,
    step: u64,
}

impl Race {
    /// The weights of a contestant, with what is needed to evaluate it again.
    pub async fn to_file(&self, contestant: Contestant) -> Result<Vec<u8>, LabWeightsError> {
        let weights = self.weights(contestant).await?;
        if weights.is_empty() {
            return Err(LabWeightsError::NoWeights(contestant.name()));
        }
        let content = Content { settings: self.settings.clone(), contestant, step: self.step };
        to_file(METADATA_KEY, &content, &weights)
    }

    /// Whether a file is one of [`Race::to_file`].
    pub fn is_in(file: &SafetensorsFile) -> bool {
        file.metadata().contains_key(METADATA_KEY)
    }

    /// A race whose contestant at the returned place of [`RaceSettings::entrants`] has the weights of a file of
    /// [`Race::to_file`]; `name` is the file's, for errors.
    pub async fn from_file(
        device: &Device,
        name: &str,
        file: &SafetensorsFile,
    ) -> Result<(Self, usize), LabWeightsError> {
        let Content { mut settings, contestant, step } = content(METADATA_KEY, name, file)?;
        settings.check().map_err(|reason| LabWeightsError::foreign(name, reason))?;
        if contestant == Contestant::Majority {
            return Err(LabWeightsError::foreign(name, "the majority has no weights"));
        }
        settings.contestants = vec![contestant];
        if !contestant.takes(&settings.modalities) {
            return Err(LabWeightsError::foreign(name, "its race lacks the modality of its contestant"));
        }
        let mut own = Vec::new();
        for (name, shape) in weights_of(&network::training(contestant, &settings.modalities, settings.batch))
        {
            own.push((name.clone(), file.shaped(&name, &shape)?));
        }
        let mut race = Race::begin(device, settings).await?;
        let at = race.replace(device, contestant, &own).await?;
        race.step = step;
        Ok((race, at))
    }
}
