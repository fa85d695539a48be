//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use super::album;
use super::compare::Comparing;
use super::emit::Emit;
use super::load::Load;
use super::loaded::Loaded;
use super::model::Asking;
use super::training::{CorruptionEval, Training, weights};
use crate::lab::fuse::Contestant;
use crate::lab::sabotage::Sabotage;
use crate::session::host::Host;
use crate::session::protocol::{Command, Event, Experiment, Failure};

pub(super) enum Task {
    /// How often it was tried, too.
    Load(Load, u32),
    Compare(Comparing),
    Train(Training),
    CorruptionEval(CorruptionEval),
    Weights(Experiment, Option<Contestant>),
    Album(Command),
    /// What is asked of the model that is loaded, whichever that is.
    Model(Asking),
}

impl Task {
    pub(super) fn new(command: Command) -> Self {
        match command {
            Command::Load { backend, model } => Task::Load(Load { backend, model }, 0),
            Command::Compare { name } => Task::Compare(Comparing::new(name)),
            Command::Train { experiment, until } => Task::Train(Training::new(experiment, until)),
            Command::Sabotage { experiment, modality, corruption, percents, .. } => {
                let all = percents.into_iter().map(|percent| Sabotage { modality, corruption, percent });
                Task::CorruptionEval(CorruptionEval::new(experiment, all.collect()))
            }
            Command::Weights { experiment, contestant, .. } => Task::Weights(experiment, contestant),
            Command::OpenAlbum { .. }
            | Command::ClearAlbum
            | Command::AddPhoto { .. }
            | Command::Thumbnails { .. } => Task::Album(command),
            command => Task::Model(Asking::new(command)),
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
            Task::Load(..) | Task::Compare(_) => unreachable!("done by the session"),
            Task::Album(command) => {
                emit(album::serve(loaded, host, command).await?);
                Ok(true)
            }
            Task::Model(asking) => asking.advance(loaded, host, emit).await,
            Task::Train(training) => training.advance(loaded.model.device(), &mut loaded.runs, emit).await,
            Task::CorruptionEval(eval) => eval.advance(&mut loaded.runs, emit).await,
            Task::Weights(experiment, contestant) => {
                emit(Event::Weights(weights(&mut loaded.runs, experiment, *contestant).await?));
                Ok(true)
            }
        }
    }
}
