//! What the precision of its weights does to the active model, measured where it runs.

use super::album::Album;
use super::emit::Emit;
use super::load::{busy, stored};
use super::loaded::Loaded;
use super::run::TrainingRuns;
use crate::device::Device;
use crate::eval::precision_eval::{ModelOutputs, PrecisionError, scenes};
use crate::precision::Precision;
use crate::session::host::Host;
use crate::session::library::{fits, folder_of, storage};
use crate::session::protocol::{Event, Failure, ModelName, PrecisionReport, Recovery};

/// Scenes of our own world that stand for pictures and sentences: what counts is whether two forms agree about them.
const SCENES: u64 = 4;

/// A comparison under way: precision after precision, and at last the one in which the model was loaded before.
pub(super) struct CompareTask {
    name: String,
    /// Those that are still to come; none before the first step.
    left: Option<Vec<Precision>>,
    /// What the model made in the first.
    first: Option<ModelOutputs>,
}

/// What a comparison takes from the active model, and gives back.
pub(super) struct ReclaimedState {
    device: Device,
    runs: TrainingRuns,
    /// Of its precision.
    album: Album,
}

impl CompareTask {
    pub(super) fn new(name: String) -> Self {
        CompareTask { name, left: None, first: None }
    }

    /// Nothing is left to do but to load the model as before.
    pub(super) fn stopped(name: String) -> Self {
        CompareTask { name, left: Some(Vec::new()), first: None }
    }

    /// Loads the model, which is the one that was last `requested`, in one more precision and measures it; whether that was all.
    /// One form at a time is in memory.
    pub(super) async fn advance(
        &mut self,
        host: &impl Host,
        requested: Option<&ModelName>,
        loaded: &mut Option<Loaded>,
        spare: &mut Option<ReclaimedState>,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let lock = host.try_lock(&folder_of(&self.name)).await.map_err(storage)?;
        let _lock = lock.ok_or_else(|| busy(&self.name))?;
        let before = match requested {
            Some(ModelName::Stored { name, precision }) if *name == self.name => Some(*precision),
            _ => None,
        };
        let taken = before.and_then(|before| Some((before, self.free(loaded, spare)?)));
        let Some((before, ReclaimedState { device, runs, album })) = taken else {
            let sentence = "Only an active published model can be compared across precisions.".to_string();
            return Err(Failure { sentence, detail: String::new(), recovery: Recovery::ChangeInput });
        };
        let next = self.left.as_mut().and_then(|left| (!left.is_empty()).then(|| left.remove(0)));
        let precision = next.unwrap_or(before);
        let (mut model, facts) = stored(host, device, &self.name, precision, &|_, _, _| {}).await?;
        if next.is_none() {
            *loaded = Some(Loaded { runs, album, ..Loaded::new(model, &facts) });
            return Ok(true);
        }
        let (pictures, texts) = scenes(SCENES);
        let pictures: Vec<_> = pictures.iter().map(|picture| model.fit(picture)).collect();
        let outputs = ModelOutputs::of(&mut model, &pictures, &texts).await?;
        let first = self.first.get_or_insert_with(|| outputs.clone());
        emit(Event::Compared(PrecisionReport {
            precision,
            bytes: model.architecture.bytes(precision),
            milliseconds: outputs.ms as f32,
            metrics: outputs.compare(first),
        }));
        *spare = Some(ReclaimedState { device: model.into_device(), runs, album });
        Ok(false)
    }

    /// Takes the device from the active checkpoint, which is then gone; before the first step it is asked which forms
    /// of it fit.
    fn free(
        &mut self,
        loaded: &mut Option<Loaded>,
        spare: &mut Option<ReclaimedState>,
    ) -> Option<ReclaimedState> {
        let Some(Loaded { model, runs, album, .. }) = loaded.take() else { return spare.take() };
        let fitting = |precision: &Precision| fits(&model.architecture, *precision).is_ok();
        self.left.get_or_insert_with(|| Precision::ALL.into_iter().filter(fitting).collect());
        Some(ReclaimedState { device: model.into_device(), runs, album })
    }
}

impl From<PrecisionError> for Failure {
    fn from(error: PrecisionError) -> Self {
        match error {
            PrecisionError::Device(error) => error.into(),
            error => Failure {
                sentence: "This model cannot be measured.".to_string(),
                detail: error.to_string(),
                recovery: Recovery::ChangeInput,
            },
        }
    }
}
