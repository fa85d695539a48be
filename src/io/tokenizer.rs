//! Text to ids and back, by `tokenizer.json` files of the `tokenizers` library, or by the vocabularies of CLIP and BERT;
//! our own tokenizers without the library.

#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
mod charsmap;
#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
mod library;
#[cfg(all(target_arch = "wasm32", not(feature = "tokenizer")))]
mod module;
mod playroom_bpe;
#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
mod steps;
#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
mod validate;
mod vocabulary;

use std::ops::Range;

use crate::limits::{self, LimitError};

#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
use library as backend;
#[cfg(all(target_arch = "wasm32", not(feature = "tokenizer")))]
use module as backend;

pub use backend::Library;
pub use playroom_bpe::PlayroomBpe;

/// What can be wrong with a tokenizer file or its use.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    #[error("{file} is not a tokenizer: {reason}")]
    Malformed { file: String, reason: String },
    #[error("{file} has no token `{token}`")]
    MissingToken { file: String, token: String },
    #[error("{file}, line {line}: {found:?} is not two tokens")]
    Merge { file: String, line: usize, found: String },
    #[error("{file} cannot encode {text:?}: {reason}")]
    Encode { file: String, text: String, reason: String },
    #[error(transparent)]
    Limit(#[from] LimitError),
    #[error("{file} cannot decode the ids: {reason}")]
    Decode { file: String, reason: String },
    #[error("the program that reads tokenizers could not be loaded: {0}")]
    Unready(String),
}

/// A text as ids, each with the bytes of the text it stands for (empty for added special tokens).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Encoding {
    pub ids: Vec<u32>,
    pub spans: Vec<Range<usize>>,
}

/// A tokenizer of the `tokenizers` library; `file` names its source in errors. In the worker [`ready`] comes first.
pub struct Tokenizer {
    file: String,
    library: Library,
}

/// Makes the library ready: nothing natively; in the worker it is loaded, once.
pub async fn ready() -> Result<(), TokenizerError> {
    backend::ready().await.map_err(TokenizerError::Unready)
}

impl Tokenizer {
    /// Reads `tokenizer.json`. Its truncation and padding are dropped: lengths are the model's affair.
    pub fn new(file: impl Into<String>, json: &[u8]) -> Result<Self, TokenizerError> {
        Self::open(file, json, None)
    }

    /// As [`Tokenizer::new`], with `do_lower_case` as `tokenizer_config.json` beside it says.
    pub fn open(
        file: impl Into<String>,
        json: &[u8],
        lowercase: Option<bool>,
    ) -> Result<Self, TokenizerError> {
        limits::small_file("tokenizer.json", json.len() as u64)?;
        let file = file.into();
        match Library::open(json, lowercase) {
            Ok(library) => Ok(Tokenizer { file, library }),
            Err(reason) => Err(TokenizerError::Malformed { file, reason }),
        }
    }

    /// The ids of a text, with the special tokens that the file's post-processor adds.
    pub fn encode(&self, text: &str) -> Result<Encoding, TokenizerError> {
        limits::text(text.len())?;
        let flat = self.library.encode(text).map_err(|reason| self.unreadable(text, reason))?;
        let token = |token: &[u32]| {
            let [id, start, end] = [0, 1, 2].map(|i| token[i]);
            (id, without_space(text, start as usize..end as usize))
        };
        let (ids, spans) = flat.chunks_exact(3).map(token).unzip();
        Ok(Encoding { ids, spans })
    }

    /// The error of a text that cannot be read.
    pub fn unreadable(&self, text: &str, reason: impl Into<String>) -> TokenizerError {
        let (file, text) = (self.file.clone(), text.chars().take(40).collect());
        TokenizerError::Encode { file, text, reason: reason.into() }
    }

    /// The text of the ids, special tokens left out.
    pub fn decode(&self, ids: &[u32]) -> Result<String, TokenizerError> {
        let told = |reason| TokenizerError::Decode { file: self.file.clone(), reason };
        self.library.decode(ids).map_err(told)
    }

    /// The id of a token that the model cannot do without.
    pub fn id(&self, token: &str) -> Result<u32, TokenizerError> {
        let missing = || TokenizerError::MissingToken { file: self.file.clone(), token: token.to_string() };
        self.library.id(token).ok_or_else(missing)
    }

    /// The largest id, special tokens included.
    pub fn largest_id(&self) -> u32 {
        self.library.largest_id()
    }
}

/// `span`, in whole characters, without the white space at its ends.
fn without_space(text: &str, span: Range<usize>) -> Range<usize> {
    let end = text.ceil_char_boundary(span.end);
    let first = text.floor_char_boundary(span.start.min(end));
    let part = &text[first..end];
    let start = first + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::bpe::train;

    const SPECIALS: [&str; 3] = ["[pad]", "[unk]", "[start]"];

    fn tokenizer() -> Tokenizer {
        let sentences = ["a red circle is left of a blue square", "is it red?", "a square, a circle"];
        Tokenizer::new("t.json", &train(sentences.iter(), &SPECIALS, 300)).unwrap()
    }

    #[test]
    fn decoding_restores_the_spacing() {
        let tokenizer = tokenizer();
        for text in ["a red circle, a blue square", "is it left of a circle?"] {
            let ids = tokenizer.encode(text).unwrap().ids;
            assert_eq!(tokenizer.decode(&ids).unwrap(), text);
        }
        let mut ids = vec![tokenizer.id("[start]").unwrap()];
        ids.extend(tokenizer.encode("is it red?").unwrap().ids);
        assert_eq!(tokenizer.decode(&ids).unwrap(), "is it red?");
    }

    /// The kind of tokenizer that SigLIP has.
    #[test]
    fn a_unigram_takes_the_likeliest_pieces() {
        let json = r#"{"version":"1.0","added_tokens":[{"id":1,"content":"</s>","single_word":false,"lstrip":false,
            "rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"Lowercase"},
            "pre_tokenizer":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true},
            "post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},
            {"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}}],
            "special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}},
            "decoder":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true},
            "model":{"type":"Unigram","unk_id":0,"byte_fallback":false,"vocab":[["<unk>",0.0],["</s>",0.0],
            ["\u2581a",-2.0],["\u2581ca",-3.0],["t",-3.0],["\u2581cat",-4.0],["s",-3.5]]}}"#;
        let tokenizer = Tokenizer::new("t.json", json.as_bytes()).unwrap();
        assert_eq!(tokenizer.encode("A cats x").unwrap().ids, [2, 5, 6, 0, 1]);
        assert_eq!(tokenizer.decode(&[2, 5, 6, 1]).unwrap(), "a cats");
    }

    #[test]
    fn errors_name_the_file_and_the_token() {
        let message = tokenizer().id("[end]").unwrap_err().to_string();
        assert_eq!(message, "t.json has no token `[end]`");
        let error = Tokenizer::new("t.json", b"{}").map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("t.json is not a tokenizer"), "{error}");
    }
}
