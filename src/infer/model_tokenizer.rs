//! Texts as a model's towers read them.

#![warn(clippy::cast_possible_truncation, clippy::unwrap_used)]

use std::cell::RefCell;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::load_error::read;
use super::{LoadError, PlayroomTokenizer, TextError};
use crate::io::read_at::Files;
use crate::io::tokenizer::{Tokenizer, TokenizerError};
use crate::model::architecture::Architecture;
use crate::world::language::worded;

/// Letters of a text that are quoted where a part of it is told.
const QUOTED: usize = 40;

/// The tokenizer of a model's folder.
pub struct ModelTokenizer {
    tokenizer: Kind,
    /// Fills rows that are shorter than others.
    pub pad: u32,
    longest: usize,
    /// What each id adds to a text, with the space before it where it begins a word; of models that write or read pictures.
    pieces: Vec<String>,
    /// What is to be said of the texts since it was last asked for.
    notes: RefCell<TextNotes>,
}

enum Kind {
    Playroom(Box<PlayroomTokenizer>),
    Published(Box<Tokenizer>),
}

/// What a model has not read of the texts that it was given.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TextNotes {
    pub truncations: Vec<Truncation>,
    pub unknown: Vec<UnknownWords>,
}

impl TextNotes {
    /// One sentence, without its full stop, for each.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        let cut = self.truncations.iter().map(ToString::to_string);
        cut.chain(self.unknown.iter().map(ToString::to_string))
    }
}

/// Words of a text that Playroom has never read: what it makes of them means nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UnknownWords {
    /// Its beginning.
    pub text: String,
    /// In their order.
    pub words: Vec<String>,
}

impl fmt::Display for UnknownWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.words.iter().map(|word| format!("\"{word}\"")).collect();
        let plural = if words.len() == 1 { "a word that is" } else { "words that are" };
        write!(f, "{}: {plural} not in the vocabulary of this model", words.join(", "))
    }
}

/// A text that has more tokens than the model reads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Truncation {
    /// Its beginning.
    pub text: String,
    pub tokens: usize,
    /// How many the model reads, its special tokens included.
    pub read: usize,
    /// The end of what is read.
    pub end: String,
}

impl fmt::Display for Truncation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Truncation { text, tokens, read, end } = self;
        write!(f, "\"{text}...\" has {tokens} tokens; the model reads {read} of them, up to \"...{end}\"")
    }
}

impl ModelTokenizer {
    /// From `tokenizer.json`, or `vocab.json` and `merges.txt`, or `vocab.txt`; none where there is none of them, which
    /// Playroom does not allow.
    pub(super) fn open(files: &dyn Files, architecture: &Architecture) -> Result<Option<Self>, LoadError> {
        const FILE: &str = "tokenizer.json";
        let (text, notes) = (architecture.text(), RefCell::default());
        let (longest, expected) = (text.max_position_embeddings, text.vocab_size);
        let known = |largest: u32| match (largest as usize) < expected {
            true => Ok(()),
            false => Err(LoadError::Vocabulary { largest, expected }),
        };
        if let Architecture::Playroom(_) = architecture {
            let own = PlayroomTokenizer::new(&read(files, FILE)?.ok_or(LoadError::Absent(FILE))?)?;
            known(own.tokenizer.largest_id())?;
            let (pad, pieces) = (own.pad, own.pieces());
            return Ok(Some(ModelTokenizer {
                tokenizer: Kind::Playroom(Box::new(own)),
                pad,
                longest,
                pieces,
                notes,
            }));
        }
        let settings = Settings::open(files)?;
        let Some(tokenizer) = tokenizer(files, &settings)? else { return Ok(None) };
        known(tokenizer.largest_id())?;
        let named = settings.pad_token.as_ref().and_then(|token| tokenizer.id(token).ok());
        let pad = named.unwrap_or(text.pad_token_id);
        if pad as usize >= expected {
            return Err(LoadError::Pad { pad, expected });
        }
        let sample = tokenizer.encode("a")?.ids;
        let mut pieces = Vec::new();
        match architecture {
            Architecture::Clip(config) => {
                if let Some(end) = config.missing_end(&sample) {
                    return Err(LoadError::End { end });
                }
            }
            Architecture::Blip(..) => pieces = spelt(&tokenizer, &sample)?,
            Architecture::Siglip(_) | Architecture::Playroom(_) => {}
        }
        Ok(Some(ModelTokenizer {
            tokenizer: Kind::Published(Box::new(tokenizer)),
            pad,
            longest,
            pieces,
            notes,
        }))
    }

    pub(super) fn playroom(&self) -> Option<&PlayroomTokenizer> {
        match &self.tokenizer {
            Kind::Playroom(own) => Some(own),
            Kind::Published(_) => None,
        }
    }

    /// The ids of a text with its special tokens. Of one that is too long for a published model the end is cut, but for the
    /// last token, and [`ModelTokenizer::take_notes`] tells of it; Playroom takes none, and reads the sentence as its
    /// world words it. At least one, or an error.
    pub fn row(&self, text: &str) -> Result<Vec<u32>, TextError> {
        let tokenizer = match &self.tokenizer {
            Kind::Playroom(own) => {
                let worded = worded(text);
                self.note_unknown(own, text, &worded);
                return self.fitting(text, own.sentence(&worded));
            }
            Kind::Published(tokenizer) => tokenizer,
        };
        let mut encoding = tokenizer.encode(text)?;
        if encoding.ids.is_empty() {
            return Err(tokenizer.unreadable(text, "no token is left of it").into());
        }
        let (tokens, read) = (encoding.ids.len(), self.longest);
        if tokens > read {
            encoding.ids.drain(read - 1..tokens - 1);
            let end = encoding.spans[..read - 1].iter().map(|span| span.end).max().unwrap_or(0);
            let skipped = text[..end].chars().count().saturating_sub(QUOTED);
            let truncation = Truncation {
                text: text.chars().take(QUOTED).collect(),
                tokens,
                read,
                end: text[..end].chars().skip(skipped).collect(),
            };
            let truncations = &mut self.notes.borrow_mut().truncations;
            if !truncations.contains(&truncation) {
                truncations.push(truncation);
            }
        }
        Ok(encoding.ids)
    }

    /// Ids that fit into the longest row.
    pub(super) fn fitting(&self, text: &str, ids: Vec<u32>) -> Result<Vec<u32>, TextError> {
        let (tokens, longest) = (ids.len(), self.longest);
        match tokens <= longest {
            true => Ok(ids),
            false => Err(TextError::TooLong { start: text.chars().take(QUOTED).collect(), tokens, longest }),
        }
    }

    /// The text of ids without special tokens, as the tokenizer spells it.
    pub(super) fn decode(&self, ids: &[u32]) -> Result<String, TokenizerError> {
        match &self.tokenizer {
            Kind::Playroom(_) => Ok(self.text(ids)),
            Kind::Published(tokenizer) => tokenizer.decode(ids),
        }
    }

    /// Keeps in mind which words of a text, which is read as `worded`, Playroom has never read.
    pub(super) fn note_unknown(&self, own: &PlayroomTokenizer, text: &str, worded: &str) {
        let words: Vec<String> = own.unknown_words(worded).into_iter().map(str::to_string).collect();
        let note = UnknownWords { text: text.chars().take(QUOTED).collect(), words };
        let unknown = &mut self.notes.borrow_mut().unknown;
        if !note.words.is_empty() && !unknown.contains(&note) {
            unknown.push(note);
        }
    }

    /// What is to be said of the texts since this was last asked.
    pub fn take_notes(&self) -> TextNotes {
        self.notes.take()
    }

    /// What `id` adds to a text, with the space before it where it begins a word; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        self.pieces.get(id as usize).cloned().unwrap_or_default()
    }

    /// The text of ids without special tokens.
    pub fn text(&self, ids: &[u32]) -> String {
        ids.iter().map(|&id| self.piece(id)).collect::<String>().trim().to_string()
    }
}

/// What each token adds to a text: its spelling behind an ordinary one, one of `sample`, which is spelt out as in the midst of a text.
fn spelt(tokenizer: &Tokenizer, sample: &[u32]) -> Result<Vec<String>, TokenizerError> {
    let mut before = None;
    for &id in sample {
        let spelt = tokenizer.decode(&[id])?;
        if !spelt.is_empty() {
            before = Some((id, spelt));
            break;
        }
    }
    // A tokenizer without one spells nothing.
    let (first, spelt) = before.unwrap_or_default();
    let piece = |id| {
        let both = tokenizer.decode(&[first, id])?;
        Ok(both.strip_prefix(spelt.as_str()).unwrap_or_default().to_string())
    };
    (0..=tokenizer.largest_id()).map(piece).collect()
}

/// What `tokenizer_config.json` adds.
#[derive(Default)]
struct Settings {
    pad_token: Option<String>,
    lowercase: Option<bool>,
}

impl Settings {
    fn open(files: &dyn Files) -> Result<Self, LoadError> {
        const FILE: &str = "tokenizer_config.json";
        let Some(json) = read(files, FILE)? else { return Ok(Settings::default()) };
        let config: Value = serde_json::from_slice(&json).map_err(|error| TokenizerError::Malformed {
            file: FILE.to_string(),
            reason: error.to_string(),
        })?;
        // A token is a string, or an object with its content.
        let pad = config.get("pad_token");
        let pad = pad.and_then(|token| token.as_str().or_else(|| token.get("content")?.as_str()));
        let class = config.get("tokenizer_class").and_then(Value::as_str).unwrap_or_default();
        let lowercase = config.get("do_lower_case").and_then(Value::as_bool);
        Ok(Settings {
            pad_token: pad.map(str::to_string),
            // That class of transformers lowers whatever its file says.
            lowercase: if class.starts_with("Siglip2Tokenizer") { Some(true) } else { lowercase },
        })
    }
}

fn tokenizer(files: &dyn Files, settings: &Settings) -> Result<Option<Tokenizer>, LoadError> {
    if let Some(json) = read(files, "tokenizer.json")? {
        return Ok(Some(Tokenizer::open("tokenizer.json", &json, settings.lowercase)?));
    }
    if let (Some(vocab), Some(merges)) = (read(files, "vocab.json")?, read(files, "merges.txt")?) {
        return Ok(Some(Tokenizer::clip(&vocab, &merges)?));
    }
    match read(files, "vocab.txt")? {
        Some(vocab) => Ok(Some(Tokenizer::bert(&vocab, settings.lowercase.unwrap_or(true))?)),
        None => Ok(None),
    }
}
