//! The `tokenizers` library where it is linked in.

use tokenizers::Tokenizer;

/// A tokenizer of the library.
pub struct Library(Tokenizer);

/// Makes the library ready for [`Library::open`]; the error is a reason.
pub async fn ready() -> Result<(), String> {
    Ok(())
}

impl Library {
    /// Reads `tokenizer.json`; truncation and padding are dropped.
    pub fn open(json: &[u8]) -> Result<Self, String> {
        let parsed = Tokenizer::from_bytes(json).and_then(|mut tokenizer| {
            tokenizer.with_truncation(None)?.with_padding(None);
            Ok(tokenizer)
        });
        parsed.map(Library).map_err(|error| error.to_string())
    }

    /// The id of each token and its first and last bytes in the text, in turn: `[3 * tokens]`.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.0.encode(text, true).map_err(|error| error.to_string())?;
        let tokens = encoding.get_ids().iter().zip(encoding.get_offsets());
        Ok(tokens.flat_map(|(&id, &(start, end))| [id, start as u32, end as u32]).collect())
    }

    /// The text of the ids, special tokens left out.
    pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
        self.0.decode(ids, true).map_err(|error| error.to_string())
    }

    pub fn id(&self, token: &str) -> Option<u32> {
        self.0.token_to_id(token)
    }

    /// The largest id, special tokens included.
    pub fn largest_id(&self) -> u32 {
        self.0.get_vocab(true).into_values().max().unwrap_or(0)
    }
}
