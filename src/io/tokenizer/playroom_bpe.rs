//! The tokenizers that `io::bpe` trains, read without the `tokenizers` library, which they would make the page load.
//! `tests/tokenizer.rs` holds them to it.

mod merges;
mod punctuation;
mod spelling;

use std::collections::HashMap;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Encoding, TokenizerError, without_space};
use merges::{Merges, Symbol, merge};
use spelling::{Letter, words};

/// All of the file but its tokens and merges.
const PIPELINE: &str = r#"{
    "version": "1.0",
    "normalizer": { "type": "Sequence", "normalizers": [
        { "type": "Replace", "pattern": { "Regex": "\\s+" }, "content": " " },
        { "type": "Strip", "strip_left": true, "strip_right": true },
        { "type": "Lowercase" }
    ] },
    "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
        { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true },
        { "type": "Punctuation", "behavior": "Isolated" }
    ] },
    "post_processor": null,
    "decoder": { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true },
    "model": {
        "type": "BPE", "dropout": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
        "fuse_unk": true, "byte_fallback": false, "ignore_merges": false
    }
}"#;

/// A byte-pair encoding of lower-case words that begin with their space; `file` names its source in errors.
pub struct PlayroomBpe {
    file: String,
    ids: HashMap<String, u32>,
    tokens: HashMap<u32, String>,
    merges: Merges,
    /// Found in a text as they are written.
    specials: Vec<(String, u32)>,
    unknown: u32,
}

impl PlayroomBpe {
    /// Reads a `tokenizer.json` of [`crate::io::bpe::train`]; of others it says what is different.
    pub fn new(file: impl Into<String>, json: &[u8]) -> Result<Self, TokenizerError> {
        let file = file.into();
        read(json, &file).map_err(|reason| TokenizerError::Malformed { file, reason })
    }

    /// The ids of a text; special tokens are those that it spells out.
    pub fn encode(&self, text: &str) -> Encoding {
        let mut symbols = Vec::new();
        let mut begun = 0;
        while let Some((special, id)) = self.special(text, begun) {
            symbols.extend(self.part(text, begun..special.start));
            begun = special.end;
            symbols.push(Symbol { id, span: special });
        }
        symbols.extend(self.part(text, begun..text.len()));
        let (ids, spans) = symbols.into_iter().map(|s| (s.id, without_space(text, s.span))).unzip();
        Encoding { ids, spans }
    }

    /// The id of a token that the model cannot do without.
    pub fn id(&self, token: &str) -> Result<u32, TokenizerError> {
        let missing = || TokenizerError::MissingToken { file: self.file.clone(), token: token.to_string() };
        self.ids.get(token).copied().ok_or_else(missing)
    }

    /// The token of an id as the vocabulary spells it.
    pub fn token(&self, id: u32) -> Option<&str> {
        self.tokens.get(&id).map(String::as_str)
    }

    /// Number of ids, special tokens included.
    pub fn vocab_size(&self) -> usize {
        self.ids.len()
    }

    pub fn largest_id(&self) -> u32 {
        self.tokens.keys().copied().max().unwrap_or(0)
    }

    /// The first special token that is written in `text[from..]`, the longest where several begin.
    fn special(&self, text: &str, from: usize) -> Option<(Range<usize>, u32)> {
        let longest_at = |at: usize| {
            let here = self.specials.iter().filter(|(token, _)| text[at..].starts_with(token.as_str()));
            here.max_by_key(|(token, _)| token.len()).map(|(token, id)| (at..at + token.len(), *id))
        };
        text[from..].char_indices().find_map(|(at, _)| longest_at(from + at))
    }

    /// The tokens of a part of `text` without special ones.
    fn part(&self, text: &str, part: Range<usize>) -> impl Iterator<Item = Symbol> {
        words(text, part).into_iter().flat_map(|word| merge(self.symbols(word), &self.merges))
    }

    /// A token for each letter, one for unknown letters that stand together.
    fn symbols(&self, word: Vec<Letter>) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = Vec::new();
        let mut was_known = true;
        for Letter { char, span } in word {
            let known = self.ids.get(&*char.encode_utf8(&mut [0; 4])).copied();
            match symbols.last_mut() {
                Some(last) if known.is_none() && !was_known => last.span.end = span.end,
                _ => symbols.push(Symbol { id: known.unwrap_or(self.unknown), span }),
            }
            was_known = known.is_some();
        }
        symbols
    }
}

#[derive(serde::Deserialize)]
struct Added {
    id: u32,
    content: String,
    special: bool,
    normalized: bool,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
}

/// Reads the file; the error is a reason.
fn read(json: &[u8], file: &str) -> Result<PlayroomBpe, String> {
    let mut document: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let ids: HashMap<String, u32> = take(&mut document, "/model/vocab")?;
    let pairs: Vec<(String, String)> = take(&mut document, "/model/merges")?;
    let unknown: String = take(&mut document, "/model/unk_token")?;
    let added: Vec<Added> = take(&mut document, "/added_tokens")?;
    let expected: Value = serde_json::from_str(PIPELINE).expect("it is JSON");
    for (part, expected) in expected.as_object().expect("it is an object") {
        let found = &document[part];
        if found != expected {
            return Err(format!("expected {part} to be {expected}, found {found}"));
        }
    }
    let id =
        |token: &str| ids.get(token).copied().ok_or_else(|| format!("{token:?} is not in the vocabulary"));
    let mut merges = Merges::new();
    for (rank, (left, right)) in (0..).zip(&pairs) {
        merges.insert((id(left)?, id(right)?), (rank, id(&format!("{left}{right}"))?));
    }
    let mut specials = Vec::new();
    for token in added {
        // An empty one would be found at every place.
        let is_plain = !(token.content.is_empty()
            || token.normalized
            || token.single_word
            || token.lstrip
            || token.rstrip);
        if !token.special || !is_plain || id(&token.content)? != token.id {
            return Err(format!("{:?} is not a special token of this kind", token.content));
        }
        specials.push((token.content, token.id));
    }
    let tokens = ids.iter().map(|(token, &id)| (id, token.clone())).collect();
    Ok(PlayroomBpe { file: file.to_string(), tokens, merges, specials, unknown: id(&unknown)?, ids })
}

/// Takes a part of the document, leaving the rest.
fn take<T: DeserializeOwned>(document: &mut Value, pointer: &str) -> Result<T, String> {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a stroke");
    let object = document.pointer_mut(parent).and_then(Value::as_object_mut);
    let found = object.and_then(|object| object.remove(name)).unwrap_or_default();
    serde_json::from_value(found).map_err(|error| format!("{pointer}: {error}"))
}
