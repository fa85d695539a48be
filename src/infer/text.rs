//! Texts as ids, and what a model cannot do with them.

use super::{GenerationContext, ModelTokenizer, TextError, TextNotes, VisionLanguageModel};
use crate::model::architecture::Architecture;
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::world::Style;
use crate::world::language::worded;
use crate::world::questions::reworded;

impl VisionLanguageModel {
    /// Whether the model does this; Playroom does all.
    pub fn expect(&self, needed: Task) -> Result<(), TextError> {
        if self.architecture.supports(needed) { Ok(()) } else { Err(TextError::Untuned { needed }) }
    }

    /// Whether pictures and texts have a common space.
    pub fn expect_embeddings(&self) -> Result<(), TextError> {
        if self.architecture.embeds() { Ok(()) } else { Err(TextError::NoEmbeddings) }
    }

    fn expect_tokenizer(&self) -> Result<&ModelTokenizer, TextError> {
        self.tokenizer.as_ref().ok_or(TextError::NoTokenizer)
    }

    /// A text with its special tokens, as [`ModelTokenizer::row`].
    pub fn sentence(&self, text: &str) -> Result<Vec<u32>, TextError> {
        self.expect_tokenizer()?.row(text)
    }

    /// The row of a caption, or its beginning, and how many of its tokens are no words.
    pub fn caption_prompt(&self, prefix: &str) -> Result<(Vec<u32>, usize), TextError> {
        self.expect(Task::Caption)?;
        let tokenizer = self.expect_tokenizer()?;
        if let Some(own) = tokenizer.playroom() {
            let worded = worded(prefix);
            tokenizer.note_unknown(own, prefix, &worded);
            let row = tokenizer.fitting(prefix, own.caption(Style::Full, &worded))?;
            return Ok((row, own.caption(Style::Full, "").len()));
        }
        let row = tokenizer.row(prefix)?;
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

    /// A question as the model is to read it: for Playroom as its world words it.
    pub fn read_question(&self, question: &str) -> String {
        match self.tokenizer.as_ref().and_then(ModelTokenizer::playroom) {
            Some(_) => reworded(question),
            None => question.to_string(),
        }
    }

    /// What the answer to a question about a picture is written about, and how it begins: Playroom's decoder reads the question
    /// itself, BLIP's what its encoder has made of it.
    pub fn question(
        &self,
        picture: Pixels,
        question: &str,
    ) -> Result<(GenerationContext, Vec<u32>), TextError> {
        self.expect(Task::Answer)?;
        let tokenizer = self.expect_tokenizer()?;
        if let Some(own) = tokenizer.playroom() {
            let worded = reworded(question);
            tokenizer.note_unknown(own, question, &worded);
            let prompt = tokenizer.fitting(question, own.question(&worded))?;
            self.expect_room(&prompt)?;
            return Ok((GenerationContext { picture, question: None }, prompt));
        }
        Ok((
            GenerationContext { picture, question: Some(tokenizer.row(question)?) },
            self.decoder_prompt(None),
        ))
    }

    /// What was not read of texts since this was last asked.
    pub fn take_text_notes(&self) -> TextNotes {
        self.tokenizer.as_ref().map(ModelTokenizer::take_notes).unwrap_or_default()
    }

    /// What `id` adds to a text, with the space before it; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        self.tokenizer.as_ref().map(|tokenizer| tokenizer.piece(id)).unwrap_or_default()
    }

    /// The text of ids without special tokens.
    pub fn text(&self, ids: &[u32]) -> String {
        self.tokenizer.as_ref().map(|tokenizer| tokenizer.text(ids)).unwrap_or_default()
    }

    /// The text of ids without special tokens, as the tokenizer spells it.
    pub fn decode(&self, ids: &[u32]) -> Result<String, TextError> {
        Ok(self.expect_tokenizer()?.decode(ids)?)
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
