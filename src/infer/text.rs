//! Texts as ids, and what a model cannot do with them.

use super::{Cut, Source, TextError, VisionLanguageModel, Words};
use crate::model::architecture::Architecture;
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::world::Style;

impl VisionLanguageModel {
    /// Whether the model does this; Playroom does all.
    pub fn expect(&self, needed: Task) -> Result<(), TextError> {
        if self.architecture.does(needed) { Ok(()) } else { Err(TextError::Untuned { needed }) }
    }

    /// Whether pictures and texts have a common space.
    pub fn expect_embeddings(&self) -> Result<(), TextError> {
        if self.architecture.embeds() { Ok(()) } else { Err(TextError::NoEmbeddings) }
    }

    fn expect_words(&self) -> Result<&Words, TextError> {
        self.words.as_ref().ok_or(TextError::NoTokenizer)
    }

    /// A text with its special tokens, as [`Words::row`].
    pub fn sentence(&self, text: &str) -> Result<Vec<u32>, TextError> {
        self.expect_words()?.row(text)
    }

    /// The row of a caption, or its beginning, and how many of its tokens are no words.
    pub fn caption_prompt(&self, prefix: &str) -> Result<(Vec<u32>, usize), TextError> {
        self.expect(Task::Caption)?;
        let words = self.expect_words()?;
        if let Some(own) = words.playroom() {
            let row = words.fitting(prefix, own.caption(Style::Full, prefix))?;
            return Ok((row, own.caption(Style::Full, "").len()));
        }
        let row = words.row(prefix)?;
        Ok((self.decoder_prompt((!prefix.trim().is_empty()).then_some(&row)), 1))
    }

    /// The start of a BLIP's text: the ids of a text with its special tokens, of which the first becomes the decoder's start
    /// and the last is left out, as `generate` of transformers does it; the start alone without a text.
    pub fn decoder_prompt(&self, row: Option<&[u32]>) -> Vec<u32> {
        let Architecture::Blip(_, config) = &self.architecture else {
            panic!("only a BLIP has such a start")
        };
        let inner = row.and_then(|row| row.get(1..row.len().checked_sub(1)?)).unwrap_or_default();
        [&[config.writing.bos_token_id], inner].concat()
    }

    /// What the answer to a question about a picture is written about, and how it begins: Playroom's decoder reads the question
    /// itself, BLIP's what its encoder has made of it.
    pub fn question(&self, picture: Pixels, question: &str) -> Result<(Source, Vec<u32>), TextError> {
        self.expect(Task::Answer)?;
        let words = self.expect_words()?;
        if let Some(own) = words.playroom() {
            let prompt = words.fitting(question, own.question(question))?;
            self.expect_room(&prompt)?;
            return Ok((Source { picture, question: None }, prompt));
        }
        Ok((Source { picture, question: Some(words.row(question)?) }, self.decoder_prompt(None)))
    }

    /// Texts that were cut since this was last asked.
    pub fn take_cuts(&self) -> Vec<Cut> {
        self.words.as_ref().map(Words::take_cuts).unwrap_or_default()
    }

    /// What `id` adds to a text, with the space before it; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        self.words.as_ref().map(|words| words.piece(id)).unwrap_or_default()
    }

    /// The text of ids without special tokens.
    pub fn text(&self, ids: &[u32]) -> String {
        self.words.as_ref().map(|words| words.text(ids)).unwrap_or_default()
    }

    /// The text of ids without special tokens, as the tokenizer spells it.
    pub fn decode(&self, ids: &[u32]) -> Result<String, TextError> {
        Ok(self.expect_words()?.decode(ids)?)
    }

    /// Whether the longest row has room for more behind a prompt.
    pub fn expect_room(&self, prompt: &[u32]) -> Result<(), TextError> {
        match prompt.len() < self.longest() {
            true => Ok(()),
            false => Err(TextError::Full { tokens: prompt.len() }),
        }
    }

    /// Tokens of the longest row.
    pub fn longest(&self) -> usize {
        self.architecture.text().max_position_embeddings
    }
}
