//! What is asked of the model that is loaded, whichever that is.

use super::answer::AnswerTask;
use super::attention;
use super::caption::CaptionTask;
use super::clip_task;
use super::describe::{LEAST_MS, steps};
use super::emit::Emit;
use super::encode::{align_words, encode, encode_patches, piece};
use super::input::{decoded, fit, fitted, left_out};
use super::loaded::Loaded;
use super::matching::MatchTask;
use super::networks::needed;
use crate::infer::VisionLanguageModel;
use crate::infer::modality::spectrogram;
use crate::model::audiovisual::Task;
use crate::model::modality::sound::SPECTROGRAM;
use crate::session::host::Host;
use crate::session::protocol::{Command, EncodeLane, Event, Failure, OpenedPicture, Spectrogram};

/// A command, and how far the model has come with it.
pub(super) struct ModelTask {
    command: Command,
    progress: ModelTaskState,
}

enum ModelTaskState {
    Begun,
    /// Inputs that are encoded.
    Encoded(usize),
    Caption(Box<CaptionTask>),
    Answer(Box<AnswerTask>),
    Match(Box<MatchTask>),
}

impl ModelTask {
    pub(super) fn new(command: Command) -> Self {
        ModelTask { command, progress: ModelTaskState::Begun }
    }

    /// One piece of the command; whether it was the last.
    pub(super) async fn advance(
        &mut self,
        loaded: &mut Loaded,
        host: &impl Host,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        match (&self.command, &mut self.progress) {
            (_, ModelTaskState::Caption(task)) => return task.advance(loaded, emit).await,
            (_, ModelTaskState::Answer(task)) => return task.advance(loaded, emit).await,
            (_, ModelTaskState::Match(task)) => return task.advance(loaded, emit).await,
            (Command::Encode { inputs, lane }, progress) => {
                let from = if let ModelTaskState::Encoded(done) = progress { *done } else { 0 };
                let next = piece(&inputs[from..]);
                if let Some(modality) = loaded.encoders.missing(next) {
                    loaded.encoders.fetch(host, &loaded.model, modality, emit).await?;
                    return Ok(false);
                }
                let rows = match lane {
                    EncodeLane::Patches => encode_patches(&mut loaded.model, next).await?,
                    _ => encode(loaded, next).await?,
                };
                let width = rows.len().checked_div(next.len()).unwrap_or(0) as u32;
                emit(Event::Encoded { from: from as u32, width, rows });
                next.iter().flat_map(left_out).for_each(|note| emit(Event::Noted(note)));
                *progress = ModelTaskState::Encoded(from + next.len());
                return Ok(from + next.len() == inputs.len());
            }
            (Command::RunTask { video, is_seen, samples, task }, _) => {
                if loaded.networks.fetch_missing(host, &loaded.model, needed(*task), emit).await? {
                    return Ok(false);
                }
                emit(clip_task::run(loaded, video, *is_seen, samples, *task).await?);
                return Ok(true);
            }
            (Command::Reconstruct { vector }, _) => {
                if loaded.networks.fetch_missing(host, &loaded.model, &[Task::Reconstruction], emit).await? {
                    return Ok(false);
                }
                emit(clip_task::reconstruct(loaded, vector).await?);
                return Ok(true);
            }
            _ => {}
        }
        let model = &mut loaded.model;
        self.progress = match &self.command {
            Command::Match { pictures, texts } => {
                ModelTaskState::Match(Box::new(MatchTask::begin(model, pictures, texts)?))
            }
            Command::Caption { picture, prefix, decoding, max_new_tokens } => {
                let most = *max_new_tokens as usize;
                ModelTaskState::Caption(Box::new(CaptionTask::begin(
                    model, picture, prefix, *decoding, most,
                )?))
            }
            Command::Ask { picture, question } => {
                ModelTaskState::Answer(Box::new(AnswerTask::begin(model, picture, question).await?))
            }
            command => {
                emit(once(model, host, command).await?);
                return Ok(true);
            }
        };
        Ok(false)
    }
}

/// What is done in one piece.
async fn once(
    model: &mut VisionLanguageModel,
    host: &impl Host,
    command: &Command,
) -> Result<Event, Failure> {
    match command {
        Command::Open { name, file } => {
            let picture = decoded(host, name, file).await?;
            let fitted = fit(model, &picture.pixels)?;
            let is_incomplete = picture.is_incomplete;
            Ok(Event::Opened(OpenedPicture { picture: fitted, is_incomplete }))
        }
        Command::CrossAttention { picture, text, reader } => {
            attention::cross(model, picture, text, *reader).await
        }
        Command::SelfAttention { picture } => attention::self_attention(model, picture).await,
        Command::AlignWords { picture, text } => align_words(model, picture, text).await,
        Command::Spectrogram { samples } => {
            let decibels = spectrogram(model.device(), samples).await?;
            let centres = (0..decibels.shape.last()).map(|band| SPECTROGRAM.centre(band) as f32).collect();
            Ok(Event::Spectrogram(Spectrogram { centres, decibels: decibels.as_f32().to_vec() }))
        }
        Command::TimeSteps { picture } => {
            let fitted = fitted(model, picture)?;
            Ok(steps(model.time_image_steps(&fitted, LEAST_MS).await?))
        }
        command => unreachable!("{:?} is not for a model, or takes several pieces", command.lane()),
    }
}
