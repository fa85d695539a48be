//! Pictures and texts as a checkpoint takes them.

use crate::infer::checkpoint::{Checkpoint, Words};
use crate::model::blip::Task;
use crate::pixels;
use crate::session::engine::input::{checked, unreadable, unusable};
use crate::session::protocol::{Failure, Pixels};
use crate::tensor::HostTensor;

/// A picture that is longer than this many times its breadth is refused: resized by its shorter edge it would take
/// hundreds of megabytes.
const LONGEST: u32 = 64;

/// A picture by the model's own preprocessing, still in bytes.
pub(super) fn fit(checkpoint: &Checkpoint, picture: &pixels::Pixels) -> Result<pixels::Pixels, Failure> {
    let side = checkpoint.architecture.vision().image_size;
    if picture.width.max(picture.height) > LONGEST.saturating_mul(picture.width.min(picture.height)) {
        let size = format!("{} x {} pixels", picture.width, picture.height);
        return Err(unusable("This picture is too narrow for the model.", size));
    }
    // What was fitted once is what the model sees.
    let fitted = match picture.size() == (side, side) {
        true => picture.clone(),
        false => checkpoint.images.fit(picture),
    };
    match fitted.size() == (side, side) {
        true => Ok(fitted),
        false => {
            let (width, height) = fitted.size();
            let detail =
                format!("preprocessor_config.json makes {width} x {height} pixels of {side} x {side}");
            Err(unusable("The model's preprocessing does not make pictures of the model's size.", detail))
        }
    }
}

pub(super) fn fitted(checkpoint: &Checkpoint, picture: &Pixels) -> Result<pixels::Pixels, Failure> {
    fit(checkpoint, &checked(picture)?)
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
