//! Where the model looks.

use super::describe::attention;
use super::failure::unusable;
use super::input::fitted;
use crate::infer::VisionLanguageModel;
use crate::model::architecture::Architecture;
use crate::model::blip::Task;
use crate::session::protocol::{Event, Failure, Pixels, Reader};

/// Most bytes of self-attention that are handed out: a page holds them twice while they come.
const MOST_BYTES: usize = 64_000_000;

/// Where the patches look in the image encoder.
pub(super) async fn self_attention(
    model: &mut VisionLanguageModel,
    picture: &Pixels,
) -> Result<Event, Failure> {
    let (layers, heads, cells) = model.image_attention();
    let bytes = layers * heads * cells * cells * size_of::<f32>();
    if bytes > MOST_BYTES {
        let megabytes = bytes.div_ceil(1_000_000);
        let sentence = format!(
            "The self-attention of this model takes {megabytes} MB, more than the {} MB that the page can hold.",
            MOST_BYTES / 1_000_000
        );
        let detail = format!("{layers} layers, {heads} heads, {cells} x {cells} patches");
        return Err(unusable(&sentence, detail));
    }
    let trace = model.self_attention(&fitted(model, picture)?).await?;
    Ok(Event::SelfAttention(attention(trace, Vec::new())))
}

/// Where the words of a text look in the picture.
pub(super) async fn cross(
    model: &mut VisionLanguageModel,
    picture: &Pixels,
    text: &str,
    reader: Reader,
) -> Result<Event, Failure> {
    reads(&model.architecture, reader).map_err(|sentence| unusable(sentence, String::new()))?;
    let row = model.sentence(text)?;
    // The first and the last token are special.
    let inner = row.get(1..row.len().saturating_sub(1)).unwrap_or_default();
    if inner.is_empty() {
        return Err(unusable("The text has no words.", String::new()));
    }
    let (count, tokens) = (inner.len(), inner.iter().map(|&id| model.piece(id)).collect());
    let picture = fitted(model, picture)?;
    let (trace, first) = match reader {
        // A token was chosen by the query before it.
        Reader::Decoder => {
            let (row, given) = model.caption_prompt(text)?;
            (model.decoder_attention(&picture, &row).await?, given - 1)
        }
        Reader::Matcher => (model.matcher_attention(&picture, &row).await?, 1),
    };
    let trace = trace.part(first..first + count, 0..trace.keys);
    Ok(Event::CrossAttention(attention(trace, tokens)))
}

/// Whether the reader of a model reads the picture; the sentence where it does not.
fn reads(architecture: &Architecture, reader: Reader) -> Result<(), &'static str> {
    let task = match architecture {
        Architecture::Playroom(_) => return Ok(()),
        Architecture::Blip(task, _) => task,
        Architecture::Clip(_) | Architecture::Siglip(_) => {
            return Err(
                "In this model no text looks at the picture: the two towers meet in their vectors only.",
            );
        }
    };
    match (task, reader) {
        (Task::Caption, Reader::Decoder) | (Task::Match | Task::Answer, Reader::Matcher) => Ok(()),
        (Task::Caption, Reader::Matcher) => {
            Err("This model has no matcher: it writes captions, and its decoder looks at the picture.")
        }
        (Task::Match, Reader::Decoder) => Err(
            "This model has no decoder: it classifies image-text pairs, and its matcher attends to the picture.",
        ),
        (Task::Answer, Reader::Decoder) => Err(
            "The decoder of this model looks at the question, not at the picture: the question, as the matcher, does.",
        ),
    }
}
