//! Texts as a checkpoint's towers read them.

use super::{CheckpointError, read};
use crate::io::read_at::Files;
use crate::io::tokenizer::{Tokenizer, TokenizerError};
use crate::model::architecture::Architecture;

/// The tokenizer of a checkpoint's folder.
pub struct Words {
    pub tokenizer: Tokenizer,
    /// Fills rows that are shorter than others.
    pub pad: u32,
    longest: usize,
    /// An ordinary token, after which another is spelt as in the midst of a text; with its own spelling.
    before: (u32, String),
}

impl Words {
    /// From `tokenizer.json`, or `vocab.json` and `merges.txt`, or `vocab.txt`; none where there is none of them.
    pub(super) fn open(
        files: &dyn Files,
        architecture: &Architecture,
    ) -> Result<Option<Self>, CheckpointError> {
        let settings = Settings::open(files)?;
        let Some(tokenizer) = tokenizer(files, &settings)? else { return Ok(None) };
        let text = architecture.text();
        let (largest, expected) = (tokenizer.largest_id(), text.vocab_size);
        if largest as usize >= expected {
            return Err(CheckpointError::Vocabulary { largest, expected });
        }
        let named = settings.pad_token.as_ref().and_then(|token| tokenizer.id(token).ok());
        let before = ordinary(&tokenizer)?;
        Ok(Some(Words {
            tokenizer,
            before,
            pad: named.unwrap_or(text.pad_token_id),
            longest: text.max_position_embeddings,
        }))
    }

    /// The ids of a text with its special tokens; of one that is too long the end is cut, but for the last token.
    pub fn row(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = self.tokenizer.encode(text)?.ids;
        if ids.len() > self.longest {
            ids.drain(self.longest - 1..ids.len() - 1);
        }
        Ok(ids)
    }

    /// What `id` adds to a text, with the space before it where it begins a word; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        let (before, spelt) = &self.before;
        let both = self.tokenizer.decode(&[*before, id]).unwrap_or_default();
        both.strip_prefix(spelt.as_str()).unwrap_or_default().to_string()
    }

    /// The text of ids without special tokens.
    pub fn text(&self, ids: &[u32]) -> String {
        ids.iter().map(|&id| self.piece(id)).collect::<String>().trim().to_string()
    }
}

/// A token that is spelt out; a tokenizer without one spells nothing.
fn ordinary(tokenizer: &Tokenizer) -> Result<(u32, String), TokenizerError> {
    for id in tokenizer.encode("a")?.ids {
        let spelt = tokenizer.decode(&[id])?;
        if !spelt.is_empty() {
            return Ok((id, spelt));
        }
    }
    Ok((0, String::new()))
}

/// What `tokenizer_config.json` adds.
struct Settings {
    pad_token: Option<String>,
    lowercase: bool,
}

impl Settings {
    fn open(files: &dyn Files) -> Result<Self, CheckpointError> {
        const FILE: &str = "tokenizer_config.json";
        let Some(json) = read(files, FILE)? else { return Ok(Settings { pad_token: None, lowercase: true }) };
        let config: serde_json::Value = serde_json::from_slice(&json).map_err(|error| {
            TokenizerError::Malformed { file: FILE.to_string(), reason: error.to_string() }
        })?;
        // A token is a string, or an object with its content.
        let pad = config.get("pad_token");
        let pad = pad.and_then(|token| token.as_str().or_else(|| token.get("content")?.as_str()));
        let lowercase = config.get("do_lower_case").and_then(serde_json::Value::as_bool).unwrap_or(true);
        Ok(Settings { pad_token: pad.map(str::to_string), lowercase })
    }
}

fn tokenizer(files: &dyn Files, settings: &Settings) -> Result<Option<Tokenizer>, CheckpointError> {
    if let Some(json) = read(files, "tokenizer.json")? {
        return Ok(Some(Tokenizer::new("tokenizer.json", &json)?));
    }
    if let (Some(vocab), Some(merges)) = (read(files, "vocab.json")?, read(files, "merges.txt")?) {
        return Ok(Some(Tokenizer::clip(&vocab, &merges)?));
    }
    match read(files, "vocab.txt")? {
        Some(vocab) => Ok(Some(Tokenizer::bert(&vocab, settings.lowercase)?)),
        None => Ok(None),
    }
}
