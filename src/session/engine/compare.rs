//! What the precision of its weights does to the model that speaks, measured where it runs.

use super::album::Album;
use super::load::{busy, kept};
use super::run::Runs;
use super::task::Emit;
use super::{Host, Loaded, Session};
use crate::device::Device;
use crate::eval::precision::{ModelOutputs, PrecisionError, scenes};
use crate::precision::Precision;
use crate::session::library::{fits, folder_of, storage};
use crate::session::protocol::{Effect, Event, Failure, ModelName, WayOn};

/// Scenes of our own world that stand for pictures and sentences: what counts is whether two forms agree about them.
const SCENES: u64 = 4;

/// A comparison under way: precision after precision, and at last the one in which the model spoke before.
pub(super) struct Comparing {
    name: String,
    /// Those that are still to come; none before the first step.
    left: Option<Vec<Precision>>,
    /// What the model made in the first.
    first: Option<ModelOutputs>,
}

/// What a comparison takes from the model that speaks, and gives back.
pub(super) struct Spare {
    device: Device,
    runs: Runs,
    /// Of the precision in which it speaks.
    album: Album,
}

impl Comparing {
    pub fn new(name: String) -> Self {
        Comparing { name, left: None, first: None }
    }

    /// Nothing is left to do but to let the model speak as before.
    pub fn stopped(name: String) -> Self {
        Comparing { name, left: Some(Vec::new()), first: None }
    }
}

impl Session {
    /// Loads the model in one more precision and measures it; whether that was all. One form at a time is in memory.
    pub(super) async fn compare(
        &mut self,
        host: &impl Host,
        comparing: &mut Comparing,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let lock = host.try_lock(&folder_of(&comparing.name)).await.map_err(storage)?;
        let _lock = lock.ok_or_else(|| busy(&comparing.name))?;
        let asked = self.asked.as_ref().map(|load| load.model.clone());
        let speaking = match asked {
            Some(ModelName::Kept { name, precision }) if name == comparing.name => Some(precision),
            _ => None,
        };
        let taken = speaking.and_then(|before| Some((before, self.free(comparing)?)));
        let Some((before, Spare { device, runs, album })) = taken else {
            let sentence = "Only a published model that speaks can be measured in fewer bits.".to_string();
            return Err(Failure { sentence, detail: String::new(), way_on: WayOn::ChangeInput });
        };
        let next = comparing.left.as_mut().and_then(|left| (!left.is_empty()).then(|| left.remove(0)));
        let (name, precision) = (&comparing.name, next.unwrap_or(before));
        let (mut model, facts) = kept(host, device, name, precision, &|_, _, _| {}).await?;
        if next.is_none() {
            self.loaded = Some(Loaded { runs, album, ..Loaded::new(model, &facts) });
            return Ok(true);
        }
        let (pictures, texts) = scenes(SCENES);
        let pictures: Vec<_> = pictures.iter().map(|picture| model.fit(picture)).collect();
        let outputs = ModelOutputs::of(&mut model, &pictures, &texts).await?;
        let first = comparing.first.get_or_insert_with(|| outputs.clone());
        emit(Event::Compared(Effect {
            precision,
            bytes: model.architecture.bytes(precision),
            milliseconds: outputs.ms as f32,
            agreement: outputs.compare(first),
        }));
        self.spare = Some(Spare { device: model.into_device(), runs, album });
        Ok(false)
    }

    /// Takes the device from the checkpoint that speaks, which is then gone; before the first step it is asked which forms
    /// of it fit.
    fn free(&mut self, comparing: &mut Comparing) -> Option<Spare> {
        let Some(Loaded { model, runs, album, .. }) = self.loaded.take() else { return self.spare.take() };
        let fitting = |precision: &Precision| fits(&model.architecture, *precision).is_ok();
        comparing.left.get_or_insert_with(|| Precision::ALL.into_iter().filter(fitting).collect());
        Some(Spare { device: model.into_device(), runs, album })
    }
}

impl From<PrecisionError> for Failure {
    fn from(error: PrecisionError) -> Self {
        match error {
            PrecisionError::Device(error) => error.into(),
            error => Failure {
                sentence: "This model cannot be measured.".to_string(),
                detail: error.to_string(),
                way_on: WayOn::ChangeInput,
            },
        }
    }
}
