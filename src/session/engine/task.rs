//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use super::answer::Answering;
use super::caption::Captioning;
use super::compare::Comparing;
use super::load::Load;
use super::matching::Matching;
use super::training::{Spoiling, Training, weights};
use super::{Host, Loaded, album, model};
use crate::lab::fuse::Contestant;
use crate::lab::sabotage::Sabotage;
use crate::session::protocol::{Command, Event, Experiment, Failure};

pub(super) enum Task {
    /// How often it was tried, too.
    Load(Load, u32),
    Compare(Comparing),
    Train(Training),
    Spoil(Spoiling),
    Weights(Experiment, Option<Contestant>),
    Album(Command),
    /// What is asked of the model that is loaded, whichever that is.
    Model(Command, Progress),
}

/// How far a model has come with a command.
#[derive(Default)]
pub(super) enum Progress {
    #[default]
    Nothing,
    /// Pairs of a gallery that are encoded.
    Pairs(usize),
    Caption(Box<Captioning>),
    Answer(Box<Answering>),
    Match(Box<Matching>),
}

pub(super) type Emit<'a> = &'a dyn Fn(Event);

impl Progress {
    pub fn pairs(&self) -> usize {
        match self {
            Progress::Pairs(done) => *done,
            _ => 0,
        }
    }
}

impl Task {
    pub fn new(command: Command) -> Self {
        match command {
            Command::Load { backend, model } => Task::Load(Load { backend, model }, 0),
            Command::Compare { name } => Task::Compare(Comparing::new(name)),
            Command::Train { experiment, until } => Task::Train(Training::new(experiment, until)),
            Command::Sabotage { experiment, modality, corruption, percents, .. } => {
                let all = percents.into_iter().map(|percent| Sabotage { modality, corruption, percent });
                Task::Spoil(Spoiling::new(experiment, all.collect()))
            }
            Command::Weights { experiment, contestant, .. } => Task::Weights(experiment, contestant),
            Command::EncodeTexts { .. }
            | Command::EncodeLabels { .. }
            | Command::OpenAlbum { .. }
            | Command::ClearAlbum
            | Command::AddPhoto { .. }
            | Command::AddPhotoInMemory { .. }
            | Command::Thumbnails { .. } => Task::Album(command),
            command => Task::Model(command, Progress::Nothing),
        }
    }

    /// One piece; whether the task is done.
    pub async fn advance(
        &mut self,
        loaded: &mut Loaded,
        host: &impl Host,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        if let Task::Album(command) = self {
            emit(album::serve(loaded, host, command).await?);
            return Ok(true);
        }
        if let Task::Model(command, progress) = self {
            return model::advance(loaded, host, command, progress, emit).await;
        }
        let Loaded { model, runs, .. } = loaded;
        match self {
            Task::Load(..) | Task::Compare(_) | Task::Album(_) | Task::Model(..) => {
                unreachable!("done above, or by the session")
            }
            Task::Train(training) => training.advance(model.device(), runs, emit).await,
            Task::Spoil(spoiling) => spoiling.advance(runs, emit).await,
            Task::Weights(experiment, contestant) => {
                emit(Event::Weights(weights(runs, experiment, *contestant).await?));
                Ok(true)
            }
        }
    }
}
