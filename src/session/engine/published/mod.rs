//! What is asked of a published checkpoint.

mod answer;
mod attention;
mod caption;
mod facts;
mod input;
mod matching;

pub(super) use answer::Answering;
pub(super) use caption::Captioning;
pub(super) use facts::facts;

use super::Host;
use super::describe::{LEAST_MS, steps};
use super::input::{decoded, protocol_pixels, unusable};
use super::task::{Emit, Progress};
use crate::infer::checkpoint::Checkpoint;
use crate::pixels;
use crate::session::protocol::{Command, Event, Failure, Opened, Pixels};
use input::{fit, fitted, words};

/// Pairs of a gallery that are encoded at a time.
const GALLERY_PIECE: usize = 4;

/// One piece of a command; whether it was the last.
pub(super) async fn advance(
    checkpoint: &mut Checkpoint,
    host: &impl Host,
    command: &Command,
    progress: &mut Progress,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    match command {
        Command::EncodeGallery { pictures, texts } => {
            let from = progress.pairs();
            let to = gallery(checkpoint, pictures, texts, from, emit).await?;
            *progress = Progress::Pairs(to);
            Ok(to == pictures.len().min(texts.len()))
        }
        Command::Match { pictures, texts } => {
            matching::advance(checkpoint, pictures, texts, progress, emit).await
        }
        Command::Caption { picture, prefix, decoding, max_new_tokens } => match progress {
            Progress::Caption(captioning) => captioning.advance(checkpoint, emit).await,
            _ => {
                let most = *max_new_tokens as usize;
                let begun = Captioning::begin(checkpoint, picture, prefix, *decoding, most)?;
                *progress = Progress::Caption(Box::new(begun));
                Ok(false)
            }
        },
        Command::Ask { picture, question } => match progress {
            Progress::Answer(answering) => answering.advance(checkpoint, emit).await,
            _ => {
                let begun = Answering::begin(checkpoint, picture, question).await?;
                *progress = Progress::Answer(Box::new(begun));
                Ok(false)
            }
        },
        command => {
            emit(once(checkpoint, host, command).await?);
            Ok(true)
        }
    }
}

/// What is done in one piece.
async fn once(checkpoint: &mut Checkpoint, host: &impl Host, command: &Command) -> Result<Event, Failure> {
    match command {
        Command::Open { name, file } => {
            let picture = decoded(host, name, file).await?;
            let fitted = fit(checkpoint, &picture.pixels)?;
            Ok(Event::Opened(Opened {
                picture: protocol_pixels(fitted),
                is_incomplete: picture.is_incomplete,
            }))
        }
        Command::EncodeText { text } => {
            Ok(Event::TextEncoded(encode_texts(checkpoint, std::slice::from_ref(text)).await?))
        }
        Command::EncodePicture { picture } => {
            Ok(Event::PictureEncoded(encode_pictures(checkpoint, std::slice::from_ref(picture)).await?))
        }
        Command::CrossAttention { picture, text, reader } => {
            attention::cross(checkpoint, picture, text, *reader).await
        }
        Command::SelfAttention { picture } => attention::own(checkpoint, picture).await,
        Command::TimeSteps { picture } => {
            let fitted = fitted(checkpoint, picture)?;
            Ok(steps(checkpoint.time_image_steps(&fitted, LEAST_MS).await?))
        }
        command => unreachable!("{:?} is not for a model, or takes several pieces", command.lane()),
    }
}

/// The pairs from `from` on; up to which they are encoded now.
async fn gallery(
    checkpoint: &mut Checkpoint,
    pictures: &[Pixels],
    texts: &[String],
    from: usize,
    emit: Emit<'_>,
) -> Result<usize, Failure> {
    let to = pictures.len().min(texts.len()).min(from + GALLERY_PIECE);
    if from < to {
        let pictures = encode_pictures(checkpoint, &pictures[from..to]).await?;
        let texts = encode_texts(checkpoint, &texts[from..to]).await?;
        emit(Event::GalleryEncoded { from: from as u32, pictures, texts });
    }
    Ok(to)
}

/// Unit vectors, one after the other.
async fn encode_pictures(checkpoint: &mut Checkpoint, pictures: &[Pixels]) -> Result<Vec<f32>, Failure> {
    embeds(checkpoint)?;
    let fitted = pictures.iter().map(|picture| fitted(checkpoint, picture)).collect::<Result<Vec<_>, _>>()?;
    Ok(checkpoint.encode_fitted(&fitted).await?.as_f32().to_vec())
}

/// A unit vector of a picture of any size.
pub(super) async fn encode_photo(
    checkpoint: &mut Checkpoint,
    picture: &pixels::Pixels,
) -> Result<Vec<f32>, Failure> {
    let fitted = fit(checkpoint, picture)?;
    Ok(checkpoint.encode_fitted(&[fitted]).await?.as_f32().to_vec())
}

/// Unit vectors, one after the other; of a text that is too long the end is cut.
pub(super) async fn encode_texts(checkpoint: &mut Checkpoint, texts: &[String]) -> Result<Vec<f32>, Failure> {
    embeds(checkpoint)?;
    let words = words(checkpoint)?;
    let ids = texts.iter().map(|text| input::row(words, text)).collect::<Result<Vec<_>, _>>()?;
    let pad = words.pad;
    Ok(checkpoint.encode_texts(&ids, pad).await?.as_f32().to_vec())
}

fn embeds(checkpoint: &Checkpoint) -> Result<(), Failure> {
    match checkpoint.embeds() {
        true => Ok(()),
        false => Err(unusable(
            "This model embeds neither pictures nor texts: CLIP, SigLIP and BLIP for retrieval do.",
            String::new(),
        )),
    }
}
