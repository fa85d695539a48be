//! What the precision of its weights does to the model that speaks, measured where it runs.

use super::load::checkpoint;
use super::task::Emit;
use super::{Host, Loaded, Session};
use crate::device::Device;
use crate::infer::Model;
use crate::infer::checkpoint::{EffectError, Made, scenes};
use crate::precision::Precision;
use crate::session::protocol::{Effect, Event, Failure, ModelName, WayOn};

/// Scenes of our own world that stand for pictures and sentences: the model need not know them to be the same or another.
const SCENES: u64 = 4;

/// A comparison under way: the precisions in turn, and at last the one that spoke before.
#[derive(Default)]
pub(super) struct Comparing {
    done: usize,
    original: Option<Made>,
}

impl Comparing {
    /// Nothing is left to do but to let the model speak as before.
    pub fn stopped() -> Self {
        Comparing { done: Precision::ALL.len(), original: None }
    }
}

impl Session {
    /// Loads the model in one more precision and measures it; whether that was all. One model at a time is in memory.
    pub(super) async fn compare(
        &mut self,
        host: &impl Host,
        comparing: &mut Comparing,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let (Some(device), Some(ModelName::Kept { name, precision })) = (self.free(), self.speaking.clone())
        else {
            return Err(Failure {
                sentence: "Only a published model can be kept in fewer bits.".to_string(),
                detail: String::new(),
                way_on: WayOn::ChangeInput,
            });
        };
        let next = Precision::ALL.get(comparing.done).copied();
        let (mut model, facts) =
            checkpoint(host, device, &name, next.unwrap_or(precision), &|_, _, _| {}).await?;
        let Some(next) = next else {
            self.loaded = Some(Loaded::new(model, &facts));
            return Ok(true);
        };
        let (pictures, texts) = scenes(SCENES);
        let made = model.make(&pictures, &texts).await?;
        let original = comparing.original.get_or_insert_with(|| made.clone());
        emit(Event::Compared(Effect {
            precision: next,
            bytes: model.bytes(),
            milliseconds: made.ms as f32,
            agreement: made.agreement(original),
        }));
        comparing.done += 1;
        self.spare = Some(model.into_device());
        Ok(false)
    }

    /// The device of the checkpoint that speaks, which then speaks no more.
    fn free(&mut self) -> Option<Device> {
        let loaded = self.loaded.take_if(|loaded| matches!(loaded.model, Model::Checkpoint(_)));
        match loaded.map(|loaded| loaded.model) {
            Some(Model::Checkpoint(checkpoint)) => Some(checkpoint.into_device()),
            _ => self.spare.take(),
        }
    }
}

impl From<EffectError> for Failure {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::Device(error) => error.into(),
            error => Failure {
                sentence: "This model cannot be compared.".to_string(),
                detail: error.to_string(),
                way_on: WayOn::ChangeInput,
            },
        }
    }
}
