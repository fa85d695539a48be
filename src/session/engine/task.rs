//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use super::compare::Comparing;
use super::load::Load;
use super::published::{Answering, Captioning};
use super::training::{Spoiling, Training, weights};
use super::writing::Writing;
use super::{Host, Loaded, album, playroom, published};
use crate::infer::Model;
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
    /// A caption of our own model.
    Writing(Box<Writing>),
    /// A caption of a checkpoint.
    Caption(Box<Captioning>),
    /// An answer of a checkpoint.
    Answer(Box<Answering>),
    /// Probabilities of the pictures that a checkpoint has judged.
    Matched(Vec<f32>),
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
        let Loaded { model, prior, runs, .. } = loaded;
        match self {
            Task::Load(..) | Task::Compare(_) | Task::Album(_) => {
                unreachable!("done above, or by the session")
            }
            Task::Train(training) => training.advance(model.device(), runs, emit).await,
            Task::Spoil(spoiling) => spoiling.advance(model.device(), runs, emit).await,
            Task::Weights(experiment, contestant) => {
                emit(Event::Weights(weights(model.device(), runs, experiment, *contestant).await?));
                Ok(true)
            }
            Task::Model(command, progress) => match model {
                Model::Playroom(runner) => {
                    playroom::advance(runner, prior, host, command, progress, emit).await
                }
                Model::Checkpoint(checkpoint) => {
                    published::advance(checkpoint, host, command, progress, emit).await
                }
            },
        }
    }
}
