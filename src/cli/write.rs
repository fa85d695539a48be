//! `triptych caption`, `triptych answer` and `triptych match`: words about one picture.

use std::path::PathBuf;

use serde_json::json;

use super::model::Model;
use super::photos::photo;
use super::{CliError, has_words};
use crate::infer::{Decoding, GenerationContext, VisionLanguageModel};
use crate::model::blip::Task;

/// Longest caption and longest answer in tokens, where nobody says it.
const CAPTION: usize = 64;
const ANSWER: usize = 8;

#[derive(clap::Args)]
pub(super) struct Caption {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// Words that the caption begins with
    #[arg(long, default_value = "")]
    prompt: String,
    /// Hypotheses that beam search keeps; a published model's own number where it has one
    #[arg(long, conflicts_with = "temperature", value_parser = clap::value_parser!(u8).range(1..=16))]
    beams: Option<u8>,
    /// Sampling temperature; greedy without it, 1 is the model's own distribution
    #[arg(long)]
    temperature: Option<f32>,
    /// Sampling seed
    #[arg(long, default_value_t = 0, requires = "temperature")]
    seed: u64,
    /// Maximum new tokens, the end token included; 64 where neither this nor the model's generation_config.json
    /// says it
    #[arg(long)]
    max_new_tokens: Option<usize>,
    #[command(flatten)]
    model: Model,
}

#[derive(clap::Args)]
pub(super) struct Answer {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// What to ask
    #[arg(long)]
    question: String,
    /// Maximum new tokens, the end token included; 8 where neither this nor the model's generation_config.json says it
    #[arg(long)]
    max_new_tokens: Option<usize>,
    #[command(flatten)]
    model: Model,
}

#[derive(clap::Args)]
pub(super) struct Match {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// Sentence to match with it
    #[arg(long)]
    text: String,
    #[command(flatten)]
    model: Model,
}

impl Caption {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let decoding = match (self.beams, self.temperature) {
            (Some(width), _) => Some(Decoding::Beam { width: usize::from(width) }),
            (_, Some(t)) if !t.is_finite() || t < 0.0 => {
                return Err(CliError::Input(format!("--temperature {t}: a number from 0 upwards")));
            }
            (_, Some(temperature)) => Some(Decoding::Sample { temperature, seed: self.seed }),
            _ => None,
        };
        let picture = photo(&self.image)?;
        let mut model = self.model.open()?;
        let (prompt, _) = model.0.caption_prompt(&self.prompt)?;
        let source = GenerationContext { picture: model.0.fit(&picture.pixels), question: None };
        let limit = TokenLimit { asked: self.max_new_tokens, default: CAPTION };
        let (ids, logprobs) = write(&mut model.0, &source, prompt, decoding, limit)?;
        let text = model.0.decode(&ids)?;
        let notes = model.text_notes();
        let document = json!({
            "caption": text, "ids": ids, "logprobs": logprobs, "cut": notes.truncations, "unknown": notes.unknown,
            "incomplete": picture.is_incomplete,
        });
        self.model.common.output.print(&document, text);
        Ok(())
    }
}

impl Answer {
    pub(super) fn run(&self) -> Result<(), CliError> {
        has_words("--question", &self.question)?;
        let picture = photo(&self.image)?;
        let mut model = self.model.open()?;
        let (source, prompt) = model.0.question(model.0.fit(&picture.pixels), &self.question)?;
        let limit = TokenLimit { asked: self.max_new_tokens, default: ANSWER };
        let given = prompt.len();
        let (ids, logprobs) = write(&mut model.0, &source, prompt, None, limit)?;
        let (answer, notes) = (model.0.decode(&ids[given..])?, model.text_notes());
        let document = json!({
            "answer": answer, "ids": ids, "logprobs": logprobs, "cut": notes.truncations, "unknown": notes.unknown,
            "incomplete": picture.is_incomplete,
        });
        self.model.common.output.print(&document, answer);
        Ok(())
    }
}

impl Match {
    pub(super) fn run(&self) -> Result<(), CliError> {
        has_words("--text", &self.text)?;
        let picture = photo(&self.image)?;
        let mut model = self.model.open()?;
        model.0.expect(Task::Match)?;
        let row = model.0.sentence(&self.text)?;
        let fitted = model.0.fit(&picture.pixels);
        let logits = pollster::block_on(model.0.match_sentences(&fitted, &[row]))?[0];
        let probability = 1.0 / (1.0 + (logits[0] - logits[1]).exp());
        let notes = model.text_notes();
        let document = json!({
            "itm_logits": logits, "probability": probability, "cut": notes.truncations, "unknown": notes.unknown,
            "incomplete": picture.is_incomplete,
        });
        self.model.common.output.print(&document, format_args!("{probability:.4}"));
        Ok(())
    }
}

/// Most tokens behind a prompt: those that the caller asks for, otherwise those of the model's own files, otherwise `default`.
struct TokenLimit {
    asked: Option<usize>,
    default: usize,
}

/// The ids of the best text with its prompt, and the log-probabilities of what was written.
fn write(
    model: &mut VisionLanguageModel,
    source: &GenerationContext,
    prompt: Vec<u32>,
    decoding: Option<Decoding>,
    limit: TokenLimit,
) -> Result<(Vec<u32>, Vec<f32>), CliError> {
    model.expect_room(&prompt)?;
    let own = &model.generation;
    let decoding = decoding.unwrap_or_else(|| own.decoding());
    let max_new = limit.asked.or_else(|| own.max_new(prompt.len())).unwrap_or(limit.default);
    let best = pollster::block_on(model.generate(source, prompt, decoding, max_new))?;
    Ok((best.ids, best.logprobs))
}
