//! What the commands ask of a published checkpoint.

use std::path::Path;

use super::CliError;
use crate::infer::checkpoint::{Checkpoint, Words};
use crate::infer::{Decoding, Written};
use crate::io::file::read;
use crate::io::image::decode;
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// A picture file as it is, and the same as the model sees it, `[1, 3, S, S]`.
fn look(checkpoint: &mut Checkpoint, path: &Path) -> Result<usize, CliError> {
    let fitted = checkpoint.images.fit(&photo(path)?);
    let pixels = checkpoint.images.pixel_values(&[fitted]);
    pollster::block_on(checkpoint.look(&pixels)).map_err(CliError::failure)
}

/// A picture file in its own size.
pub fn photo(path: &Path) -> Result<Pixels, CliError> {
    let bytes = read(path).map_err(CliError::input)?;
    decode(&path.display().to_string(), &bytes).map_err(CliError::input)
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
    image: &Path,
    prompt: &str,
    decoding: Decoding,
    max_new: usize,
) -> Result<Written, CliError> {
    expect(checkpoint, Task::Caption, "BlipForConditionalGeneration")?;
    let row = words(checkpoint)?.row(prompt).map_err(CliError::input)?;
    let prompt = checkpoint.caption_prompt((!prompt.trim().is_empty()).then_some(&row));
    let source = look(checkpoint, image)?;
    write(checkpoint, source, prompt, decoding, max_new)
}

/// The answer to a question.
pub fn answer(
    checkpoint: &mut Checkpoint,
    image: &Path,
    question: &str,
    max_new: usize,
) -> Result<Written, CliError> {
    expect(checkpoint, Task::Answer, "BlipForQuestionAnswering")?;
    let row = words(checkpoint)?.row(question).map_err(CliError::input)?;
    let source = look(checkpoint, image)?;
    let (length, ids) = (row.len() as u32, HostTensor::u32([1, row.len()], row));
    let asked = pollster::block_on(checkpoint.ask(source, &ids, length)).map_err(CliError::failure)?;
    let prompt = checkpoint.caption_prompt(None);
    write(checkpoint, asked, prompt, Decoding::Greedy, max_new)
}

/// Logits, no match and match, of a sentence.
pub fn match_text(checkpoint: &mut Checkpoint, image: &Path, text: &str) -> Result<[f32; 2], CliError> {
    expect(checkpoint, Task::Match, "BlipForImageTextRetrieval")?;
    let row = words(checkpoint)?.row(text).map_err(CliError::input)?;
    let source = look(checkpoint, image)?;
    let logits = pollster::block_on(checkpoint.match_rows(source, &[row])).map_err(CliError::failure)?;
    Ok(logits[0])
}

fn write(
    checkpoint: &mut Checkpoint,
    source: usize,
    prompt: Vec<u32>,
    decoding: Decoding,
    max_new: usize,
) -> Result<Written, CliError> {
    let written = pollster::block_on(checkpoint.write(source, prompt, decoding, max_new));
    let written = written.map_err(CliError::failure)?;
    let text = words(checkpoint)?.tokenizer.decode(&written.ids).map_err(CliError::failure)?;
    Ok(Written { ids: written.ids, logprobs: written.logprobs, text })
}
