//! How a model writes where its user does not say: `generation_config.json`, with the meaning that `generate` of transformers
//! gives its entries.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{BeamScore, Decoding, GenerationError};
use crate::infer::{ModelTokenizer, SPECIALS};
use crate::io::read_at::Files;
use crate::model::architecture::Architecture;
use crate::model::blip;
use crate::order;

const FILE: &str = "generation_config.json";

/// Most hypotheses of a beam search.
const MAX_BEAMS: usize = 16;

/// Most tokens that end a text: a beam search looks at as many more continuations of each hypothesis.
const MAX_ENDS: usize = 64;

/// Score of a token that must not be written.
pub(super) const FORBIDDEN: f32 = -1e30;

/// What the file says; entries that it leaves out are as if it were not there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct GenerationConfig {
    /// Tokens that are written at most; before [`GenerationConfig::max_length`].
    max_new_tokens: Option<usize>,
    /// Tokens of a text at most, with those that it begins with.
    max_length: Option<usize>,
    min_new_tokens: Option<usize>,
    min_length: usize,
    num_beams: usize,
    length_penalty: f32,
    /// Whether a beam search ends with as many finished texts as it has beams.
    early_stopping: Option<bool>,
    no_repeat_ngram_size: usize,
    #[serde(rename = "eos_token_id", deserialize_with = "one_or_more")]
    ends: Vec<u32>,
    /// Tokens that are never written, such as those of prompts.
    #[serde(skip)]
    banned: Vec<u32>,
    #[serde(skip)]
    pub beam_score: BeamScore,
}

impl Default for GenerationConfig {
    /// The defaults of `generate`, but for the length.
    fn default() -> Self {
        GenerationConfig {
            max_new_tokens: None,
            max_length: None,
            min_new_tokens: None,
            min_length: 0,
            num_beams: 1,
            length_penalty: 1.0,
            early_stopping: None,
            no_repeat_ngram_size: 0,
            ends: Vec::new(),
            banned: Vec::new(),
            beam_score: BeamScore::Transformers,
        }
    }
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Ids {
        One(u32),
        All(Vec<u32>),
    }
    Ok(match Ids::deserialize(deserializer)? {
        Ids::One(id) => vec![id],
        Ids::All(ids) => ids,
    })
}

/// Entries that are followed.
const FOLLOWED: [&str; 9] = [
    "max_new_tokens",
    "max_length",
    "min_new_tokens",
    "min_length",
    "num_beams",
    "length_penalty",
    "early_stopping",
    "no_repeat_ngram_size",
    "eos_token_id",
];

/// Entries that change no text, and those that count only where tokens are drawn, for which the user asks.
const IDLE: [&str; 19] = [
    "pad_token_id",
    "use_cache",
    "cache_implementation",
    "cache_config",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "output_logits",
    "return_dict_in_generate",
    "transformers_version",
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "typical_p",
    "epsilon_cutoff",
    "eta_cutoff",
    "remove_invalid_values",
    "disable_compile",
];

impl GenerationConfig {
    /// Reads the file, and what it says that is not followed. Of the published models only a BLIP writes; Playroom has no such
    /// file: its texts end in one token and hold none of the other special ones.
    pub(in crate::infer) fn open(
        files: &dyn Files,
        architecture: &Architecture,
        tokenizer: Option<&ModelTokenizer>,
    ) -> Result<(Self, Option<String>), GenerationError> {
        if let Some(own) = tokenizer.and_then(ModelTokenizer::playroom) {
            let banned = (0..SPECIALS.len() as u32).filter(|&id| id != own.end).collect();
            let (ends, beam_score) = (vec![own.end], BeamScore::Sum);
            return Ok((GenerationConfig { ends, banned, beam_score, ..GenerationConfig::default() }, None));
        }
        let Architecture::Blip(_, config) = architecture else {
            return Ok((GenerationConfig::default(), None));
        };
        let entries = match files.read(FILE)? {
            Some(json) => serde_json::from_slice(&json)?,
            None => Map::new(),
        };
        Self::read(entries, config)
    }

    fn read(
        entries: Map<String, Value>,
        config: &blip::Config,
    ) -> Result<(Self, Option<String>), GenerationError> {
        let (entries, mut unfollowed) = sorted(entries, config);
        let mut generation: GenerationConfig = serde_json::from_value(Value::Object(entries))?;
        generation.check()?;
        let vocabulary = config.text.vocab_size;
        order::sort(&mut generation.ends);
        generation.ends.dedup();
        if let Some(&id) = generation.ends.last().filter(|id| **id as usize >= vocabulary) {
            unfollowed.push(format!("eos_token_id {id}, of a vocabulary of {vocabulary} tokens"));
        }
        generation.ends.retain(|id| (*id as usize) < vocabulary);
        // BLIP's `generate` ends a text with this token itself.
        if !generation.ends.contains(&config.writing.sep_token_id) {
            generation.ends.push(config.writing.sep_token_id);
        }
        let note = (!unfollowed.is_empty())
            .then(|| format!("{FILE}: this is not followed: {}", unfollowed.join("; ")));
        Ok((generation, note))
    }

    fn check(&self) -> Result<(), GenerationError> {
        let wrong =
            |entry, found: String, expected: String| Err(GenerationError::Entry { entry, found, expected });
        if !(1..=MAX_BEAMS).contains(&self.num_beams) {
            return wrong("num_beams", self.num_beams.to_string(), format!("1 to {MAX_BEAMS}"));
        }
        if !self.length_penalty.is_finite() || self.length_penalty.abs() > 100.0 {
            return wrong("length_penalty", self.length_penalty.to_string(), "-100 to 100".to_string());
        }
        if self.ends.len() > MAX_ENDS {
            return wrong("eos_token_id", format!("{} ids", self.ends.len()), format!("at most {MAX_ENDS}"));
        }
        match self.max_new_tokens.or(self.max_length) {
            Some(0) => wrong("max_new_tokens or max_length", "0".to_string(), "at least 1".to_string()),
            _ => Ok(()),
        }
    }

    /// The search that the file asks for.
    pub fn decoding(&self) -> Decoding {
        match self.num_beams {
            1 => Decoding::Greedy,
            width => Decoding::Beam { width },
        }
    }

    /// Most tokens that the file wants after a prompt of so many.
    pub fn max_new(&self, prompt: usize) -> Option<usize> {
        self.max_new_tokens.or_else(|| self.max_length.map(|length| length.saturating_sub(prompt)))
    }

    pub(super) fn early_stopping(&self) -> bool {
        self.early_stopping == Some(true)
    }

    pub(super) fn length_penalty(&self) -> f32 {
        self.length_penalty
    }

    /// The tokens that end a text.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Forbids tokens after a row whose first `prompt` tokens were given: those that are never written, an end before its time,
    /// and the last of `n` tokens that stand in the row already.
    pub(super) fn forbid(&self, row: &[u32], prompt: usize, logprobs: &mut [f32]) {
        let mut forbid = |id: u32| {
            if let Some(score) = logprobs.get_mut(id as usize) {
                *score = FORBIDDEN;
            }
        };
        self.banned.iter().for_each(|id| forbid(*id));
        let least = self.min_new_tokens.map_or(self.min_length, |new| prompt.saturating_add(new));
        if row.len() < least {
            self.ends.iter().for_each(|end| forbid(*end));
        }
        let size = self.no_repeat_ngram_size;
        if size > 0 && row.len() >= size {
            let begun = &row[row.len() + 1 - size..];
            row.windows(size)
                .filter(|ngram| ngram.starts_with(begun))
                .for_each(|ngram| forbid(ngram[size - 1]));
        }
    }
}

/// Entries that are followed, and of the others those that would change a text, as sentences have them.
fn sorted(entries: Map<String, Value>, config: &blip::Config) -> (Map<String, Value>, Vec<String>) {
    // What `generate` does where nothing is said; BLIP's own gives the first two itself.
    let usual = json!({
        "bos_token_id": config.writing.bos_token_id, "decoder_start_token_id": config.writing.bos_token_id,
        "do_sample": false, "repetition_penalty": 1.0, "encoder_repetition_penalty": 1.0,
        "encoder_no_repeat_ngram_size": 0, "num_return_sequences": 1, "num_beam_groups": 1, "diversity_penalty": 0.0,
        "renormalize_logits": false, "guidance_scale": 1.0, "token_healing": false,
    });
    let (mut followed, mut others) = (Map::new(), Vec::new());
    for (name, value) in entries {
        let is_followed = FOLLOWED.contains(&name.as_str());
        let is_idle = value.is_null() || name.starts_with('_') || IDLE.contains(&name.as_str());
        if is_followed && !value.is_null() && value != json!("never") {
            followed.insert(name, value);
        } else if !is_idle && !same(usual.get(&name), &value) {
            others.push(format!("{name} {value}"));
        }
    }
    (followed, others)
}

/// Whether an entry says what is done anyway; `1` and `1.0` are one number.
fn same(usual: Option<&Value>, value: &Value) -> bool {
    usual.is_some_and(|usual| usual == value || (usual.is_number() && usual.as_f64() == value.as_f64()))
}

#[cfg(test)]
mod tests;
