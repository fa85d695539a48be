//! What is asked of the model that is loaded, whichever that is.

use super::answer::Answering;
use super::attention;
use super::caption::Captioning;
use super::describe::{LEAST_MS, steps};
use super::input::{decoded, fit, fitted, protocol_pixels};
use super::matching::Matching;
use super::task::{Emit, Progress};
use super::{Host, Loaded};
use crate::infer::VisionLanguageModel as Model;
use crate::session::protocol::{Command, Event, Failure, Opened, Pixels};

/// Pairs of a gallery that are encoded at a time.
const GALLERY_PIECE: usize = 4;

/// One piece of a command; whether it was the last.
pub(super) async fn advance(
    loaded: &mut Loaded,
    host: &impl Host,
    command: &Command,
    progress: &mut Progress,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    let model = &mut loaded.model;
    match (command, &mut *progress) {
        (_, Progress::Caption(captioning)) => return captioning.advance(model, emit).await,
        (_, Progress::Answer(answering)) => return answering.advance(model, &mut loaded.prior, emit).await,
        (_, Progress::Match(matching)) => return matching.advance(model, emit).await,
        (Command::EncodeGallery { pictures, texts }, progress) => {
            let from = progress.pairs();
            let to = gallery(model, pictures, texts, from, emit).await?;
            *progress = Progress::Pairs(to);
            return Ok(to == pictures.len().min(texts.len()));
        }
        _ => {}
    }
    *progress = match command {
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

/// What is done in one piece.
async fn once(model: &mut Model, host: &impl Host, command: &Command) -> Result<Event, Failure> {
    match command {
        Command::Open { name, file } => {
            let picture = decoded(host, name, file).await?;
            let fitted = fit(model, &picture.pixels)?;
            let is_incomplete = picture.is_incomplete;
            Ok(Event::Opened(Opened { picture: protocol_pixels(fitted), is_incomplete }))
        }
        Command::EncodeText { text } => {
            Ok(Event::TextEncoded(encode_texts(model, std::slice::from_ref(text)).await?))
        }
        Command::EncodePicture { picture } => {
            Ok(Event::PictureEncoded(encode_pictures(model, std::slice::from_ref(picture)).await?))
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

/// The pairs from `from` on; up to which they are encoded now.
async fn gallery(
    model: &mut Model,
    pictures: &[Pixels],
    texts: &[String],
    from: usize,
    emit: Emit<'_>,
) -> Result<usize, Failure> {
    let to = pictures.len().min(texts.len()).min(from + GALLERY_PIECE);
    if from < to {
        let pictures = encode_pictures(model, &pictures[from..to]).await?;
        let texts = encode_texts(model, &texts[from..to]).await?;
        emit(Event::GalleryEncoded { from: from as u32, pictures, texts });
    }
    Ok(to)
}

/// Unit vectors, one after the other.
async fn encode_pictures(model: &mut Model, pictures: &[Pixels]) -> Result<Vec<f32>, Failure> {
    model.expect_embeddings()?;
    let fitted = pictures.iter().map(|picture| fitted(model, picture)).collect::<Result<Vec<_>, _>>()?;
    Ok(model.encode_pictures(&fitted).await?.as_f32().to_vec())
}

/// Unit vectors, one after the other; none of no texts.
pub(super) async fn encode_texts(model: &mut Model, texts: &[String]) -> Result<Vec<f32>, Failure> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    model.expect_embeddings()?;
    let rows = texts.iter().map(|text| model.sentence(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(model.encode_sentences(&rows).await?.as_f32().to_vec())
}
