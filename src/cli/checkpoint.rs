//! What the commands ask of a published checkpoint.

use super::CliError;
use super::attend::Looks;
use super::write::{ANSWER, CAPTION};
use crate::device::DeviceError;
use crate::infer::checkpoint::{Checkpoint, Words};
use crate::infer::{Decoding, Written};
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

pub const TEXT_IS_MISSING: &str = "--text is missing: the words to read the picture with";
const TEXT_READS_NO_PICTURE: &str = "--text has no effect: this model's text reads no picture; leave it out for where its image encoder looks";

/// Has the model look at a picture; returns the number of its states.
fn look(checkpoint: &mut Checkpoint, picture: &Pixels) -> Result<usize, CliError> {
    let fitted = checkpoint.images.fit(picture);
    let pixels = checkpoint.images.pixel_values(&[fitted]);
    Ok(pollster::block_on(checkpoint.look(&pixels))?)
}

/// The tokenizer, without which nothing can be said to the model.
pub fn words(checkpoint: &Checkpoint) -> Result<&Words, CliError> {
    let missing =
        "the model's folder has no tokenizer: tokenizer.json, vocab.json with merges.txt, or vocab.txt";
    checkpoint.words.as_ref().ok_or_else(|| CliError::input(missing))
}

fn expect(checkpoint: &Checkpoint, task: Task, class: &str) -> Result<(), CliError> {
    match checkpoint.task() == Some(task) {
        true => Ok(()),
        false => {
            Err(CliError::Input(format!("this needs a {class}; the model's config.json names another class")))
        }
    }
}

/// A caption that begins with `prompt`.
pub fn caption(
    checkpoint: &mut Checkpoint,
    picture: &Pixels,
    prompt: &str,
    decoding: Option<Decoding>,
    max_new: Option<usize>,
) -> Result<Written, CliError> {
    expect(checkpoint, Task::Caption, "BlipForConditionalGeneration")?;
    let row = words(checkpoint)?.row(prompt).map_err(CliError::input)?;
    let prompt = checkpoint.caption_prompt((!prompt.trim().is_empty()).then_some(&row));
    let source = look(checkpoint, picture)?;
    let max_new = checkpoint.max_new(prompt.len(), max_new, CAPTION);
    let decoding = checkpoint.decoding(decoding);
    write(checkpoint, source, prompt, decoding, max_new)
}

/// The answer to a question.
pub fn answer(
    checkpoint: &mut Checkpoint,
    picture: &Pixels,
    question: &str,
    max_new: Option<usize>,
) -> Result<Written, CliError> {
    expect(checkpoint, Task::Answer, "BlipForQuestionAnswering")?;
    let row = words(checkpoint)?.row(question).map_err(CliError::input)?;
    let source = look(checkpoint, picture)?;
    let (length, ids) = (row.len() as u32, HostTensor::u32([1, row.len()], row));
    let asked = pollster::block_on(checkpoint.ask(source, &ids, length))?;
    let prompt = checkpoint.caption_prompt(None);
    let max_new = checkpoint.max_new(prompt.len(), max_new, ANSWER);
    let decoding = checkpoint.decoding(None);
    write(checkpoint, asked, prompt, decoding, max_new)
}

/// Logits, no match and match, of a sentence.
pub fn match_text(checkpoint: &mut Checkpoint, picture: &Pixels, text: &str) -> Result<[f32; 2], CliError> {
    expect(checkpoint, Task::Match, "BlipForImageTextRetrieval")?;
    let row = words(checkpoint)?.row(text).map_err(CliError::input)?;
    let source = look(checkpoint, picture)?;
    let logits = pollster::block_on(checkpoint.match_rows(source, &[row]))?;
    Ok(logits[0])
}

/// Where the image encoder looks, and the texts that read the picture: words for a caption, a sentence to judge, or a
/// question. A model whose text reads no picture takes none and has its image encoder alone.
pub fn attend(
    checkpoint: &mut Checkpoint,
    picture: &Pixels,
    text: Option<&String>,
) -> Result<Looks, CliError> {
    let row = match (checkpoint.task(), text) {
        (Some(_), Some(text)) => words(checkpoint)?.row(text).map_err(CliError::input)?,
        (None, None) => Vec::new(),
        (Some(_), None) => return Err(CliError::input(TEXT_IS_MISSING)),
        (None, Some(_)) => return Err(CliError::input(TEXT_READS_NO_PICTURE)),
    };
    let pixels = checkpoint.images.fit(picture);
    let values = checkpoint.images.pixel_values(std::slice::from_ref(&pixels));
    let (vision, read) = pollster::block_on(async {
        let vision = checkpoint.self_attention(&values).await?;
        let Some(task) = checkpoint.task() else { return Ok((vision, None)) };
        let source = checkpoint.look(&values).await?;
        let (ids, trace) = match task {
            Task::Caption => {
                let prompt = checkpoint.caption_prompt(Some(&row));
                let trace = checkpoint.decoder_attention(source, &prompt).await?;
                (prompt, trace)
            }
            Task::Match | Task::Answer => {
                let trace = checkpoint.encoder_attention(source, &row).await?;
                (row, trace)
            }
        };
        Ok::<_, DeviceError>((vision, Some((ids, trace))))
    })?;
    let mut texts = Vec::new();
    if let Some((ids, trace)) = read {
        let words = words(checkpoint)?;
        texts.push((trace, ids.iter().map(|&id| words.piece(id)).collect()));
    }
    Ok(Looks { pixels, vision, texts })
}

fn write(
    checkpoint: &mut Checkpoint,
    source: usize,
    prompt: Vec<u32>,
    decoding: Decoding,
    max_new: usize,
) -> Result<Written, CliError> {
    let written = pollster::block_on(checkpoint.write(source, prompt, decoding, max_new))?;
    let text = words(checkpoint)?.tokenizer.decode(&written.ids).map_err(CliError::input)?;
    Ok(Written { ids: written.ids, logprobs: written.logprobs, text })
}
