//! What a visitor hands in, as the model takes it: each fault is a failure with a sentence.

use super::Host;
use crate::infer::Runner;
use crate::io::picture::{Picture, PictureError};
use crate::io::tokenizer::TokenizerError;
use crate::limits::{LimitError, MAX_ASPECT};
use crate::pixels;
use crate::pixels::resize::resize_square;
use crate::session::protocol::{Failure, Pixels, WayOn};

/// A sentence as ids that fit the model.
pub(super) fn sentence(runner: &Runner, text: &str) -> Result<Vec<u32>, Failure> {
    fits(runner, runner.words.sentence(text))
}

pub(super) fn fits(runner: &Runner, ids: Vec<u32>) -> Result<Vec<u32>, Failure> {
    let longest = runner.config.max_tokens;
    match ids.len() <= longest {
        true => Ok(ids),
        false => {
            Err(unusable(&format!("This text is too long: the model reads {longest} tokens."), String::new()))
        }
    }
}

/// The beginning of a text, behind which the model's longest row has room for more.
pub(super) fn begun(runner: &Runner, ids: Vec<u32>) -> Result<Vec<u32>, Failure> {
    let longest = runner.config.max_tokens;
    match ids.len() < longest {
        true => Ok(ids),
        false => {
            let sentence =
                format!("This text is too long: the model reads and writes {longest} tokens in all.");
            Err(unusable(&sentence, String::new()))
        }
    }
}

pub(super) fn unreadable(error: TokenizerError) -> Failure {
    unusable("This text cannot be read.", error.to_string())
}

pub(super) fn unusable(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.to_string(), detail, way_on: WayOn::ChangeInput }
}

/// The picture in the bytes of the file `name`.
pub(super) async fn decoded(host: &impl Host, name: &str, file: &[u8]) -> Result<Picture, Failure> {
    host.decode(file).await.map_err(|error| {
        let sentence = match &error {
            PictureError::Empty => format!("The file {name} is empty."),
            PictureError::Limit(LimitError::Aspect { width, height }) => format!(
                "The picture {name} is too long and narrow: {width} x {height} pixels. It may be at most {MAX_ASPECT} times as \
                 long as it is broad."
            ),
            PictureError::Limit(limit) => format!("The picture {name} is too large: {limit}."),
            PictureError::Foreign(format) => format!(
                "The file {name} is a picture of the kind {format}, which cannot be read here. PNG, JPEG, WebP, GIF and BMP can."
            ),
            PictureError::Cut { .. } => {
                format!("The file {name} ends before its picture does. Perhaps it was not copied to its end.")
            }
            PictureError::Unknown | PictureError::Broken(_) => {
                format!("The file {name} could not be read as a picture. PNG, JPEG, WebP, GIF and BMP can.")
            }
        };
        unusable(&sentence, error.to_string())
    })
}

/// A picture whose bytes fill it.
pub(super) fn checked(picture: &Pixels) -> Result<pixels::Pixels, Failure> {
    let bytes = picture.width as usize * picture.height as usize * 3;
    match bytes > 0 && picture.rgb.len() == bytes {
        true => Ok(pixels::Pixels::new(picture.width, picture.height, picture.rgb.clone())),
        false => {
            Err(unusable("This picture is broken.", format!("{} bytes, expected {bytes}", picture.rgb.len())))
        }
    }
}

/// Pictures at the model's size.
pub(super) fn sized(runner: &Runner, pictures: &[Pixels]) -> Result<Vec<pixels::Pixels>, Failure> {
    let side = runner.config.image_size as u32;
    let one = |picture: &Pixels| {
        let pixels = checked(picture)?;
        Ok(if pixels.width == side && pixels.height == side { pixels } else { resize_square(&pixels, side) })
    };
    pictures.iter().map(one).collect()
}

pub(super) fn protocol_pixels(pixels: pixels::Pixels) -> Pixels {
    Pixels { width: pixels.width, height: pixels.height, rgb: pixels.rgb }
}
