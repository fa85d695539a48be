//! `triptych caption`, `triptych answer` and `triptych match`: words about one picture.

use std::path::PathBuf;

use serde_json::json;

use super::model::{Model, begun, sentence};
use super::photos::photo;
use super::{CliError, Common, checkpoint, has_words, print_json};
use crate::infer::{Decoding, Model as Loadable, Runner, Written};
use crate::pixels::Pixels;
use crate::pixels::resize::resize_square;
use crate::world::Style;

/// Longest caption and longest answer in tokens, where nobody says it.
pub const CAPTION: usize = 64;
pub const ANSWER: usize = 8;

#[derive(clap::Args)]
pub struct Caption {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// Words that the caption begins with
    #[arg(long, default_value = "")]
    prompt: String,
    /// Hypotheses that beam search keeps; a published model's own number where it has one
    #[arg(long, conflicts_with = "temperature", value_parser = clap::value_parser!(u8).range(1..=16))]
    beams: Option<u8>,
    /// Draw tokens instead of taking the likeliest; 1 is the model's own distribution
    #[arg(long)]
    temperature: Option<f32>,
    /// Seed of the draw
    #[arg(long, default_value_t = 0, requires = "temperature")]
    seed: u64,
    /// Longest continuation in tokens, the end token included; 64 where neither this nor the model's generation_config.json
    /// says it
    #[arg(long)]
    max_new_tokens: Option<usize>,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
pub struct Answer {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// What to ask
    #[arg(long)]
    question: String,
    /// Longest answer in tokens, the end token included; 8 where neither this nor the model's generation_config.json says it
    #[arg(long)]
    max_new_tokens: Option<usize>,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
pub struct Match {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// Sentence to judge
    #[arg(long)]
    text: String,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

impl Caption {
    pub fn run(&self) -> Result<(), CliError> {
        let decoding = match (self.beams, self.temperature) {
            (Some(width), _) => Some(Decoding::Beam { width: usize::from(width) }),
            (_, Some(t)) if !t.is_finite() || t < 0.0 => {
                return Err(CliError::Input(format!("--temperature {t}: a number from 0 upwards")));
            }
            (_, Some(temperature)) => Some(Decoding::Sample { temperature, seed: self.seed }),
            _ => None,
        };
        let picture = photo(&self.image)?;
        let mut model = self.model.open(&self.common)?;
        let written = match &mut model.0 {
            Loadable::Playroom(runner) => {
                let prompt = runner.words.caption(Style::Full, &self.prompt);
                let prompt = begun(runner, prompt, &self.prompt)?;
                let decoding = decoding.unwrap_or(Decoding::Greedy);
                write(runner, &picture.pixels, prompt, decoding, self.max_new_tokens.unwrap_or(CAPTION))?
            }
            Loadable::Checkpoint(checkpoint) => {
                checkpoint::caption(checkpoint, &picture.pixels, &self.prompt, decoding, self.max_new_tokens)?
            }
        };
        let cuts = model.cuts();
        if self.common.json {
            print_json(&json!({
                "caption": written.text, "ids": written.ids, "logprobs": written.logprobs, "cut": cuts,
                "incomplete": picture.is_incomplete,
            }));
        } else {
            print_line!("{}", written.text);
        }
        Ok(())
    }
}

impl Answer {
    pub fn run(&self) -> Result<(), CliError> {
        has_words("--question", &self.question)?;
        let picture = photo(&self.image)?;
        let mut model = self.model.open(&self.common)?;
        let written = match &mut model.0 {
            Loadable::Playroom(runner) => self.playroom(runner, &picture.pixels)?,
            Loadable::Checkpoint(checkpoint) => {
                checkpoint::answer(checkpoint, &picture.pixels, &self.question, self.max_new_tokens)?
            }
        };
        let (answer, cuts) = (&written.text, model.cuts());
        if self.common.json {
            print_json(&json!({
                "answer": answer, "ids": written.ids, "logprobs": written.logprobs, "cut": cuts,
                "incomplete": picture.is_incomplete,
            }));
        } else {
            print_line!("{answer}");
        }
        Ok(())
    }

    /// The answer alone: Playroom's decoder reads the question before it.
    fn playroom(&self, runner: &mut Runner, picture: &Pixels) -> Result<Written, CliError> {
        let prompt = runner.words.question(&self.question);
        let prompt = begun(runner, prompt, &self.question)?;
        let given = prompt.len();
        let most = self.max_new_tokens.unwrap_or(ANSWER);
        let mut written = write(runner, picture, prompt, Decoding::Greedy, most)?;
        let answer: String = written.ids[given..].iter().map(|&id| runner.words.piece(id)).collect();
        written.text = answer.trim().to_string();
        Ok(written)
    }
}

impl Match {
    pub fn run(&self) -> Result<(), CliError> {
        has_words("--text", &self.text)?;
        let picture = photo(&self.image)?;
        let mut model = self.model.open(&self.common)?;
        let logits = match &mut model.0 {
            Loadable::Playroom(runner) => self.playroom(runner, &picture.pixels)?,
            Loadable::Checkpoint(checkpoint) => {
                checkpoint::match_text(checkpoint, &picture.pixels, &self.text)?
            }
        };
        let probability = 1.0 / (1.0 + (logits[0] - logits[1]).exp());
        let cuts = model.cuts();
        if self.common.json {
            print_json(&json!({
                "itm_logits": logits, "probability": probability, "cut": cuts,
                "incomplete": picture.is_incomplete,
            }));
        } else {
            print_line!("{probability:.4}");
        }
        Ok(())
    }

    fn playroom(&self, runner: &mut Runner, picture: &Pixels) -> Result<[f32; 2], CliError> {
        let pixels = resize_square(picture, runner.config.image_size as u32);
        let ids = sentence(runner, &self.text)?;
        let matched = pollster::block_on(async {
            let (image, _) = runner.encode_images(&[pixels]).await?;
            runner.match_texts(&image, &[vec![ids]], false).await
        });
        Ok(matched?.0[0][0])
    }
}

fn write(
    runner: &mut Runner,
    picture: &Pixels,
    prompt: Vec<u32>,
    decoding: Decoding,
    max_new: usize,
) -> Result<Written, CliError> {
    let pixels = resize_square(picture, runner.config.image_size as u32);
    let written = pollster::block_on(async {
        let (image, _) = runner.encode_images(&[pixels]).await?;
        runner.write_texts(&image, &[prompt], decoding, max_new).await
    });
    Ok(written?.remove(0))
}
