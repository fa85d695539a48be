//! What a visitor hands in, as the model takes it: each fault is a failure with a sentence.

use super::Host;
use crate::infer::Runner;
use crate::io::tokenizer::TokenizerError;
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

pub(super) fn unreadable(error: TokenizerError) -> Failure {
    unusable("This text cannot be read.", error.to_string())
}

pub(super) fn unusable(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.to_string(), detail, way_on: WayOn::ChangeInput }
}

/// The picture in the bytes of the file `name`.
pub(super) async fn decoded(host: &impl Host, name: &str, file: &[u8]) -> Result<pixels::Pixels, Failure> {
    let no_picture = |detail| {
        unusable(
            &format!("The file {name} could not be read as a picture. PNG, JPEG, WebP, GIF and BMP can."),
            detail,
        )
    };
    host.decode(file).await.map_err(no_picture)
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
