//! Words as Playroom's towers read them: which special tokens stand where.

use crate::io::tokenizer::{PlayroomBpe, TokenizerError};
use crate::world::Style;
use crate::world::language::is_word;

/// The special token that asks the decoder for a style.
fn prompt_token(style: Style) -> &'static str {
    match style {
        Style::Full => "[full]",
        Style::Short => "[short]",
        Style::Relation => "[relation]",
        Style::Count => "[count]",
        Style::Negation => "[negation]",
    }
}

/// Playroom's tokenizer with the ids of its special tokens.
pub struct PlayroomTokenizer {
    pub tokenizer: PlayroomBpe,
    pub pad: u32,
    pub unknown: u32,
    pub start: u32,
    pub end: u32,
    /// In the order of [`Style::ALL`].
    prompts: [u32; Style::ALL.len()],
    ask: u32,
    answer: u32,
}

/// Special tokens of the Playroom tokenizer, in the order of their ids.
pub const SPECIALS: [&str; 11] = [
    "[pad]",
    "[unk]",
    "[start]",
    "[end]",
    "[full]",
    "[short]",
    "[relation]",
    "[count]",
    "[negation]",
    "[ask]",
    "[answer]",
];

impl PlayroomTokenizer {
    pub fn new(tokenizer_json: &[u8]) -> Result<Self, TokenizerError> {
        let tokenizer = PlayroomBpe::new("tokenizer.json", tokenizer_json)?;
        let id = |token: &str| tokenizer.id(token);
        let mut prompts = [0; Style::ALL.len()];
        for style in Style::ALL {
            prompts[style as usize] = id(prompt_token(style))?;
        }
        let [pad, unknown, start, end] = [id("[pad]")?, id("[unk]")?, id("[start]")?, id("[end]")?];
        let (ask, answer) = (id("[ask]")?, id("[answer]")?);
        Ok(PlayroomTokenizer { pad, unknown, start, end, prompts, ask, answer, tokenizer })
    }

    /// A sentence for the text encoder or the matcher: `[start] words [end]`.
    pub fn sentence(&self, text: &str) -> Vec<u32> {
        let mut ids = vec![self.start];
        ids.extend(self.tokenizer.encode(text).ids);
        ids.push(self.end);
        ids
    }

    /// The beginning of a caption for the decoder: `[start] [style] prefix`.
    pub fn caption(&self, style: Style, prefix: &str) -> Vec<u32> {
        let mut ids = vec![self.start, self.prompts[style as usize]];
        ids.extend(self.tokenizer.encode(prefix).ids);
        ids
    }

    /// A question for the decoder: `[start] [ask] question [answer]`.
    pub fn question(&self, question: &str) -> Vec<u32> {
        let mut ids = vec![self.start, self.ask];
        ids.extend(self.tokenizer.encode(question).ids);
        ids.push(self.answer);
        ids
    }

    /// The words of a text, which is worded as its world does it, that the model has never read; in their order.
    pub fn unknown_words<'a>(&self, worded: &'a str) -> Vec<&'a str> {
        let words = worded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_one = |ids: &[u32]| matches!(ids, [id] if *id != self.unknown);
        words.filter(|word| !(is_word(word) && is_one(&self.tokenizer.encode(word).ids))).collect()
    }

    /// What each id adds to a text, with the space before it; nothing for special tokens.
    pub fn pieces(&self) -> Vec<String> {
        let token = |id: u32| self.tokenizer.token(id).filter(|_| id as usize >= SPECIALS.len());
        let piece = |id| token(id).unwrap_or_default().replace('\u{2581}', " ");
        (0..=self.tokenizer.largest_id()).map(piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::bpe;
    use crate::world::language::{vocabulary, worded};
    use crate::world::questions::reworded;

    #[test]
    fn words_that_were_never_read_are_named() {
        let trained = bpe::train(vocabulary().into_iter(), &SPECIALS, 1024);
        let words = PlayroomTokenizer::new(&trained).expect("it trains");
        assert_eq!(
            words.unknown_words(&worded("Es gibt a BIG red ball, left of zzz")),
            ["es", "gibt", "zzz"]
        );
        assert!(words.unknown_words(&worded("two tiny violet boxes in the top left corner.")).is_empty());
        assert!(words.unknown_words(&reworded("Which color is the big ball")).is_empty());
        assert_eq!(words.unknown_words("3 circles"), ["3"]);
    }
}
