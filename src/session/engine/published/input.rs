//! Pictures and texts as a checkpoint takes them.

use crate::infer::checkpoint::{Checkpoint, Words};
use crate::limits::{self, LimitError};
use crate::model::blip::Task;
use crate::pixels;
use crate::session::engine::input::{checked, unreadable, unusable};
use crate::session::protocol::{Failure, Pixels};
use crate::tensor::HostTensor;

/// A picture by the model's own preprocessing, still in bytes.
pub(super) fn fit(checkpoint: &Checkpoint, picture: &pixels::Pixels) -> Result<pixels::Pixels, Failure> {
    limits::picture(picture.width, picture.height).map_err(|limit| {
        let sentence = match limit {
            LimitError::Pixels { .. } => "This picture is too large for the model.",
            _ => "This picture is too narrow for the model.",
        };
        unusable(sentence, limit.to_string())
    })?;
    Ok(checkpoint.images.fit(picture))
}

/// A picture that was fitted once is what the model sees.
pub(super) fn fitted(checkpoint: &Checkpoint, picture: &Pixels) -> Result<pixels::Pixels, Failure> {
    let (picture, side) = (checked(picture)?, checkpoint.architecture.vision().image_size);
    if picture.size() == (side, side) { Ok(picture) } else { fit(checkpoint, &picture) }
}

/// A picture as the image encoder takes it, `[1, 3, S, S]`.
pub(super) fn pixel_values(checkpoint: &Checkpoint, picture: &Pixels) -> Result<HostTensor, Failure> {
    Ok(checkpoint.images.pixel_values(&[fitted(checkpoint, picture)?]))
}

pub(super) fn words(checkpoint: &Checkpoint) -> Result<&Words, Failure> {
    let missing = || unusable("This model came without a tokenizer: it reads no words.", String::new());
    checkpoint.words.as_ref().ok_or_else(missing)
}

/// A text with its special tokens; of one that is too long the end is cut.
pub(super) fn row(words: &Words, text: &str) -> Result<Vec<u32>, Failure> {
    words.row(text).map_err(unreadable)
}

/// Whether the model was tuned for this; `otherwise` is the sentence that says what it lacks.
pub(super) fn tuned(checkpoint: &Checkpoint, task: Task, otherwise: &str) -> Result<(), Failure> {
    match checkpoint.task() == Some(task) {
        true => Ok(()),
        false => Err(unusable(otherwise, String::new())),
    }
}
