//! What is asked of the model that is loaded, whichever that is.

use super::answer::Answering;
use super::attention;
use super::caption::Captioning;
use super::describe::{LEAST_MS, steps};
use super::emit::Emit;
use super::encode::{encode, piece};
use super::input::{decoded, fit, fitted, protocol_pixels};
use super::loaded::Loaded;
use super::matching::Matching;
use crate::infer::VisionLanguageModel;
use crate::session::host::Host;
use crate::session::protocol::{Command, Event, Failure, Opened};

/// A command, and how far the model has come with it.
pub(super) struct Asking {
    command: Command,
    progress: Progress,
}

enum Progress {
    Begun,
    /// Inputs that are encoded.
    Encoded(usize),
    Caption(Box<Captioning>),
    Answer(Box<Answering>),
    Match(Box<Matching>),
}

impl Asking {
    pub(super) fn new(command: Command) -> Self {
        Asking { command, progress: Progress::Begun }
    }

    /// One piece of the command; whether it was the last.
    pub(super) async fn advance(
        &mut self,
        loaded: &mut Loaded,
        host: &impl Host,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let model = &mut loaded.model;
        match (&self.command, &mut self.progress) {
            (_, Progress::Caption(captioning)) => return captioning.advance(model, emit).await,
            (_, Progress::Answer(answering)) => {
                return answering.advance(model, &mut loaded.prior, emit).await;
            }
            (_, Progress::Match(matching)) => return matching.advance(model, emit).await,
            (Command::Encode { inputs, .. }, progress) => {
                let from = if let Progress::Encoded(done) = progress { *done } else { 0 };
                let next = piece(&inputs[from..]);
                let rows = encode(model, next).await?;
                emit(Event::Encoded { from: from as u32, rows });
                *progress = Progress::Encoded(from + next.len());
                return Ok(from + next.len() == inputs.len());
            }
            _ => {}
        }
        self.progress = match &self.command {
            Command::Match { pictures, texts } => {
                Progress::Match(Box::new(Matching::begin(model, pictures, texts)?))
            }
            Command::Caption { picture, prefix, decoding, max_new_tokens } => {
                let most = *max_new_tokens as usize;
                Progress::Caption(Box::new(Captioning::begin(model, picture, prefix, *decoding, most)?))
            }
            Command::Ask { picture, question } => {
                Progress::Answer(Box::new(Answering::begin(model, picture, question).await?))
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
            Ok(Event::Opened(Opened { picture: protocol_pixels(fitted), is_incomplete }))
        }
        Command::CrossAttention { picture, text, reader } => {
            attention::cross(model, picture, text, *reader).await
        }
        Command::SelfAttention { picture } => attention::own(model, picture).await,
        Command::TimeSteps { picture } => {
            let fitted = fitted(model, picture)?;
            Ok(steps(model.time_image_steps(&fitted, LEAST_MS).await?))
        }
        command => unreachable!("{:?} is not for a model, or takes several pieces", command.lane()),
    }
}
