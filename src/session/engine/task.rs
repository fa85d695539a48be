//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use super::album;
use super::compare::CompareTask;
use super::emit::Emit;
use super::load::Load;
use super::loaded::Loaded;
use super::model::ModelTask;
use super::training::{CorruptionEval, Training, weights};
use crate::lab::fuse::Contestant;
use crate::lab::sabotage::Sabotage;
use crate::session::host::Host;
use crate::session::protocol::{Command, Event, Experiment, Failure};

pub(super) enum EngineTask {
    /// How often it was tried, too.
    Load(Load, u32),
    Compare(CompareTask),
    Train(Training),
    CorruptionEval(CorruptionEval),
    Weights(Experiment, Option<Contestant>),
    Album(Command),
    /// What is asked of the model that is loaded, whichever that is.
    Model(ModelTask),
}

impl EngineTask {
    pub(super) fn new(command: Command) -> Self {
        match command {
            Command::Load { backend, model } => EngineTask::Load(Load { backend, model }, 0),
            Command::Compare { name } => EngineTask::Compare(CompareTask::new(name)),
            Command::Train { experiment, until } => EngineTask::Train(Training::new(experiment, until)),
            Command::Sabotage { experiment, modality, corruption, percents, .. } => {
                let all = percents.into_iter().map(|percent| Sabotage { modality, corruption, percent });
                EngineTask::CorruptionEval(CorruptionEval::new(experiment, all.collect()))
            }
            Command::Weights { experiment, contestant, .. } => EngineTask::Weights(experiment, contestant),
            Command::OpenAlbum { .. }
            | Command::ClearAlbum
            | Command::AddPhoto { .. }
            | Command::Thumbnails { .. } => EngineTask::Album(command),
            command => EngineTask::Model(ModelTask::new(command)),
        }
    }

    /// One piece; whether the task is done.
    pub(super) async fn advance(
        &mut self,
        loaded: &mut Loaded,
        host: &impl Host,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        match self {
            EngineTask::Load(..) | EngineTask::Compare(_) => unreachable!("done by the session"),
            EngineTask::Album(command) => {
                emit(album::serve(loaded, host, command).await?);
                Ok(true)
            }
            EngineTask::Model(task) => task.advance(loaded, host, emit).await,
            EngineTask::Train(training) => training.advance(loaded, emit).await,
            EngineTask::CorruptionEval(eval) => eval.advance(loaded, emit).await,
            EngineTask::Weights(experiment, contestant) => {
                emit(Event::Weights(weights(&mut loaded.runs, experiment, *contestant).await?));
                Ok(true)
            }
        }
    }
}
