//! A `tokenizer.json` before the `tokenizers` library reads it: the library trusts its files, and panics, runs without end or takes
//! all memory on those that are broken.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use tokenizers::utils::SysRegex;

use super::charsmap;

/// How deep a part of the file may be nested.
const MAX_DEPTH: usize = 32;
/// Values of all parts but the vocabulary.
const MAX_VALUES: usize = 20_000;
/// Bytes of a token. The library keeps a tree of one node per byte, and looks for every beginning of a token at every place.
const MAX_TOKEN: usize = 1_000;
/// Bytes of all tokens of a Unigram model, for each of which the library may keep some 340; a quarter of a million tokens have
/// 3 million.
const MAX_UNIGRAM: usize = 4 << 20;
/// Bytes of a pattern, and of what takes the place of what it finds.
const MAX_PATTERN: usize = 10_000;
const MAX_CONTENT: usize = 64;
/// Characters of a word that WordPiece takes apart, which costs their cube; BERT has 100.
const MAX_WORD: f64 = 1_000.0;
/// Pieces of a post-processor's template.
const MAX_PIECES: usize = 64;

/// What the post-processor puts around a text.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Added {
    pub tokens: Vec<String>,
    pub ids: Vec<u32>,
}

#[derive(serde::Deserialize)]
struct Document {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    decoder: Value,
    model: Model,
}

#[derive(serde::Deserialize)]
struct AddedToken {
    content: Bounded,
}

#[derive(serde::Deserialize)]
struct Model {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    vocab: Vocabulary,
    #[serde(default)]
    max_input_chars_per_word: Option<f64>,
    #[serde(default)]
    continuing_subword_prefix: Option<Bounded>,
    #[serde(default)]
    end_of_word_suffix: Option<Bounded>,
    #[serde(default)]
    dropout: Option<f64>,
}

/// What makes the library panic or run away; otherwise what must be in the vocabulary.
pub(super) fn validate(json: &[u8]) -> Result<Added, String> {
    let document: Document = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let Document { added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model } = document;
    let mut left = MAX_VALUES;
    for (name, part) in [
        ("normalizer", &normalizer),
        ("pre_tokenizer", &pre_tokenizer),
        ("post_processor", &post_processor),
        ("decoder", &decoder),
    ] {
        steps(part, MAX_DEPTH, &mut left).map_err(|reason| format!("{name}: {reason}"))?;
    }
    ends(&normalizer).map_err(|reason| format!("normalizer: {reason}"))?;
    added_tokens.iter().try_for_each(|token| token.content.check("an added token"))?;
    model.check().map_err(|reason| format!("model: {reason}"))?;
    let mut around = None;
    template(&post_processor, &mut around).map_err(|reason| format!("post_processor: {reason}"))?;
    Ok(around.unwrap_or_default())
}

impl Model {
    fn check(&self) -> Result<(), String> {
        if self.vocab.longest > MAX_TOKEN {
            return Err(format!("a token has {} bytes; at most {MAX_TOKEN} are read", self.vocab.longest));
        }
        let is_other = matches!(self.kind.as_deref(), Some("BPE" | "WordPiece" | "WordLevel"));
        if !is_other && self.vocab.all > MAX_UNIGRAM {
            return Err(format!("its tokens have {} bytes; at most {MAX_UNIGRAM} are read", self.vocab.all));
        }
        if let Some(most) = self.max_input_chars_per_word.filter(|most| *most > MAX_WORD) {
            return Err(format!("max_input_chars_per_word is {most}; at most {MAX_WORD} are read"));
        }
        // Ids would differ from one reading to the next.
        if let Some(dropout) = self.dropout.filter(|dropout| *dropout != 0.0) {
            return Err(format!("dropout is {dropout}; only 0 is read"));
        }
        if let Some(suffix) = &self.end_of_word_suffix {
            suffix.check("end_of_word_suffix")?;
        }
        let Some(prefix) = &self.continuing_subword_prefix else { return Ok(()) };
        prefix.check("continuing_subword_prefix")?;
        // The library cuts its length from the second token of every merge, whatever that begins with.
        match prefix.0 > 0 && self.kind.as_deref() != Some("WordPiece") {
            true => Err("only WordPiece may have a continuing_subword_prefix".to_string()),
            false => Ok(()),
        }
    }
}

/// Every pattern, insertion and charsmap of a part, wherever they stand in it.
fn steps(value: &Value, depth: usize, left: &mut usize) -> Result<(), String> {
    *left = left.checked_sub(1).ok_or_else(|| format!("more than {MAX_VALUES} values"))?;
    let depth = depth.checked_sub(1).ok_or_else(|| format!("nested deeper than {MAX_DEPTH}"))?;
    match value {
        Value::Array(all) => all.iter().try_for_each(|value| steps(value, depth, left)),
        Value::Object(fields) => {
            fields.get("pattern").map_or(Ok(()), pattern)?;
            for name in ["content", "prepend"] {
                let bytes = fields.get(name).and_then(Value::as_str).map_or(0, str::len);
                if bytes > MAX_CONTENT {
                    return Err(format!("{name} has {bytes} bytes; at most {MAX_CONTENT} are read"));
                }
            }
            if fields.get("length").and_then(Value::as_u64) == Some(0) {
                return Err("parts of length 0".to_string());
            }
            let is_precompiled = fields.get("type").and_then(Value::as_str) == Some("Precompiled");
            if is_precompiled || fields.contains_key("precompiled_charsmap") {
                let map = fields.get("precompiled_charsmap").and_then(Value::as_str);
                let checked = map.ok_or_else(|| "it is no text".to_string()).and_then(charsmap::check);
                checked.map_err(|reason| format!("precompiled_charsmap: {reason}"))?;
            }
            fields.values().try_for_each(|value| steps(value, depth, left))
        }
        _ => Ok(()),
    }
}

/// `{"String": ..}` or `{"Regex": ..}`.
fn pattern(value: &Value) -> Result<(), String> {
    let text = value.as_str().or_else(|| value.as_object()?.values().next()?.as_str());
    match text.map(str::len) {
        None => Err(format!("{value} is no pattern")),
        Some(0) => Err("an empty pattern".to_string()),
        Some(bytes) if bytes > MAX_PATTERN => {
            Err(format!("a pattern has {bytes} bytes; at most {MAX_PATTERN} are read"))
        }
        Some(_) => Ok(()),
    }
}

/// A pattern of the normalizer that finds the end of a text, behind which the library looks for what it replaces.
fn ends(value: &Value) -> Result<(), String> {
    let text = "a b";
    match value {
        Value::Array(all) => all.iter().try_for_each(ends),
        Value::Object(fields) => {
            if let Some(pattern) = value.pointer("/pattern/Regex").and_then(Value::as_str) {
                let regex = SysRegex::new(pattern).map_err(|error| error.to_string())?;
                if regex.find_iter(text).any(|(start, _)| start == text.len()) {
                    return Err(format!("the pattern {pattern:?} finds the end of a text"));
                }
            }
            fields.values().try_for_each(ends)
        }
        _ => Ok(()),
    }
}

/// Finds what is put around a text: a template, or a token before and one behind. Two of them do not fit together.
fn template(value: &Value, around: &mut Option<Added>) -> Result<(), String> {
    match value {
        Value::Array(all) => all.iter().try_for_each(|value| template(value, around)),
        Value::Object(fields) => {
            let found = match (fields.get("single"), fields.get("sep"), fields.get("cls")) {
                (Some(single), ..) => Some(pieces(single, fields)?),
                (_, Some(sep), Some(cls)) => Some(brackets(cls, sep)?),
                _ => return fields.values().try_for_each(|value| template(value, around)),
            };
            match around.is_some() {
                true => Err("two steps that put tokens around a text".to_string()),
                false => {
                    *around = found;
                    Ok(())
                }
            }
        }
        _ => Ok(()),
    }
}

/// `["[CLS]", 101]` and `["[SEP]", 102]`.
fn brackets(cls: &Value, sep: &Value) -> Result<Added, String> {
    let mut added = Added::default();
    for token in [cls, sep] {
        let (name, id) = token_of(token).ok_or_else(|| format!("{token} is no token with its id"))?;
        added.tokens.push(name);
        added.ids.push(id);
    }
    Ok(added)
}

fn token_of(value: &Value) -> Option<(String, u32)> {
    Some((value.get(0)?.as_str()?.to_string(), u32::try_from(value.get(1)?.as_u64()?).ok()?))
}

/// The pieces of a template: the text once, and special tokens that stand in its list.
fn pieces(single: &Value, fields: &Map<String, Value>) -> Result<Added, String> {
    let pieces = single.as_array().ok_or_else(|| format!("{single} is no template"))?;
    if pieces.len() > MAX_PIECES {
        return Err(format!("a template of {} pieces; at most {MAX_PIECES} are read", pieces.len()));
    }
    let sequences: Vec<&Value> = pieces.iter().filter_map(|piece| piece.pointer("/Sequence/id")).collect();
    if sequences != ["A"] {
        return Err("its template does not hold the text once".to_string());
    }
    let mut added = Added::default();
    for name in pieces.iter().filter_map(|piece| piece.pointer("/SpecialToken/id")?.as_str()) {
        let listed = fields.get("special_tokens").and_then(|all| all.get(name));
        let special = listed.ok_or_else(|| format!("special_tokens does not hold {name:?}"))?;
        let part = |name: &str| special.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let (ids, tokens) = (part("ids"), part("tokens"));
        if ids.is_empty() || ids.len() != tokens.len() {
            return Err(format!("{name:?} has {} ids and {} tokens", ids.len(), tokens.len()));
        }
        for (id, token) in ids.iter().zip(tokens) {
            let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
            added.ids.push(id.ok_or_else(|| format!("an id of {name:?} is no id"))?);
            added.tokens.push(token.as_str().unwrap_or_default().to_string());
        }
    }
    if added.ids.len() > MAX_PIECES {
        return Err(format!("{} ids around a text; at most {MAX_PIECES} are read", added.ids.len()));
    }
    Ok(added)
}

/// A string of which only the length is kept.
struct Bounded(usize);

impl Bounded {
    fn check(&self, name: &str) -> Result<(), String> {
        match self.0 <= MAX_TOKEN {
            true => Ok(()),
            false => Err(format!("{name} has {} bytes; at most {MAX_TOKEN} are read", self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for Bounded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Length;
        impl Visitor<'_> for Length {
            type Value = Bounded;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, text: &str) -> Result<Bounded, E> {
                Ok(Bounded(text.len()))
            }
        }
        deserializer.deserialize_str(Length)
    }
}

/// Bytes of tokens, which are the keys of a map, or the first of pairs: of the longest and of all; nothing else of them is kept.
#[derive(Default)]
struct Vocabulary {
    longest: usize,
    all: usize,
}

impl Vocabulary {
    fn add(&mut self, Bounded(bytes): Bounded) {
        self.longest = self.longest.max(bytes);
        self.all = self.all.saturating_add(bytes);
    }
}

impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Longest;
        impl<'de> Visitor<'de> for Longest {
            type Value = Vocabulary;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a vocabulary")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Vocabulary, A::Error> {
                let mut vocabulary = Vocabulary::default();
                while let Some((token, IgnoredAny)) = all.next_entry()? {
                    vocabulary.add(token);
                }
                Ok(vocabulary)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Vocabulary, A::Error> {
                let mut vocabulary = Vocabulary::default();
                while let Some((token, IgnoredAny)) = all.next_element()? {
                    vocabulary.add(token);
                }
                Ok(vocabulary)
            }
        }
        deserializer.deserialize_any(Longest)
    }
}
