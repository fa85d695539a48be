//! The `tokenizers` library where it is linked in.

use tokenizers::{ModelWrapper, PostProcessorWrapper, TokenizerImpl};

use super::steps::{Normal, Parts, Spelling};
use super::validate::{Added, validate};
use crate::io::catch_panic::contained;

const LIBRARY: &str = "tokenizers";

/// A tokenizer of the library.
pub struct Library(TokenizerImpl<ModelWrapper, Normal, Parts, PostProcessorWrapper, Spelling>);

/// Makes the library ready for [`Library::open`]; the error is a reason.
pub(super) async fn ready() -> Result<(), String> {
    Ok(())
}

impl Library {
    /// Reads `tokenizer.json`; truncation and padding are dropped. With `lowercase` as `do_lower_case` beside it says.
    pub fn open(json: &[u8], lowercase: Option<bool>) -> Result<Self, String> {
        let added = validate(json)?;
        contained(LIBRARY, || -> tokenizers::Result<Self> {
            let mut tokenizer = TokenizerImpl::from_bytes(json)?;
            tokenizer.with_truncation(None)?.with_padding(None);
            if let Some(normal) =
                lowercase.and_then(|lower| Normal::lowered(tokenizer.get_normalizer(), lower))
            {
                tokenizer.with_normalizer(Some(normal))?;
            }
            let library = Library(tokenizer);
            library.check(added)?;
            Ok(library)
        })
    }

    /// Whether what is put around a text is in the vocabulary.
    fn check(&self, added: Added) -> Result<(), String> {
        for token in added.tokens {
            self.id(&token).ok_or_else(|| format!("post_processor: no token is {token:?}"))?;
        }
        for id in added.ids {
            self.0.id_to_token(id).ok_or_else(|| format!("post_processor: no token has the id {id}"))?;
        }
        Ok(())
    }

    /// The id of each token and its first and last bytes in the text, in turn: `[3 * tokens]`.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        contained(LIBRARY, || {
            let normal = self.0.get_normalizer();
            normal.inspect(|normal| normal.begin(text));
            let encoding = self.0.encode(text, true)?;
            normal.map_or(Ok(()), Normal::end)?;
            let place = |at: usize| u32::try_from(at).expect("`limits::text` bounds a text");
            let tokens = encoding.get_ids().iter().zip(encoding.get_offsets());
            Ok::<_, tokenizers::Error>(
                tokens.flat_map(|(&id, &(start, end))| [id, place(start), place(end)]).collect(),
            )
        })
    }

    /// The text of the ids, special tokens left out.
    pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
        contained(LIBRARY, || self.0.decode(ids, true))
    }

    pub fn id(&self, token: &str) -> Option<u32> {
        self.0.token_to_id(token)
    }

    /// The largest id, special tokens included.
    pub fn largest_id(&self) -> u32 {
        self.0.get_vocab(true).into_values().max().unwrap_or(0)
    }
}
