//! Words as the towers read them: which special tokens stand where.

use crate::io::tokenizer::{Tokenizer, TokenizerError};

/// What the decoder is asked to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Every object in reading order.
    Full,
    Short,
    Relation,
    Count,
    Negation,
}

impl Prompt {
    fn token(self) -> &'static str {
        match self {
            Prompt::Full => "[full]",
            Prompt::Short => "[short]",
            Prompt::Relation => "[relation]",
            Prompt::Count => "[count]",
            Prompt::Negation => "[negation]",
        }
    }
}

/// The tokenizer with the ids of its special tokens.
pub struct Words {
    pub tokenizer: Tokenizer,
    pub pad: u32,
    pub start: u32,
    pub end: u32,
    prompts: [u32; 5],
    ask: u32,
    answer: u32,
}

/// Special tokens of the Playroom tokenizer, in the order of their ids.
pub const SPECIALS: [&str; 11] = [
    "[pad]", "[unk]", "[start]", "[end]", "[full]", "[short]", "[relation]", "[count]", "[negation]", "[ask]",
    "[answer]",
];

impl Words {
    pub fn new(tokenizer_json: &[u8]) -> Result<Self, TokenizerError> {
        let tokenizer = Tokenizer::new("tokenizer.json", tokenizer_json)?;
        let id = |token: &str| tokenizer.id(token);
        let prompts = [Prompt::Full, Prompt::Short, Prompt::Relation, Prompt::Count, Prompt::Negation];
        let mut ids = [0; 5];
        for prompt in prompts {
            ids[prompt as usize] = id(prompt.token())?;
        }
        let (pad, start, end) = (id("[pad]")?, id("[start]")?, id("[end]")?);
        let (ask, answer) = (id("[ask]")?, id("[answer]")?);
        Ok(Words { pad, start, end, prompts: ids, ask, answer, tokenizer })
    }

    /// A sentence for the text encoder or the matcher: `[start] words [end]`.
    pub fn sentence(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = vec![self.start];
        ids.extend(self.tokenizer.encode(text)?.ids);
        ids.push(self.end);
        Ok(ids)
    }

    /// The beginning of a caption for the decoder: `[start] [style] prefix`.
    pub fn caption(&self, prompt: Prompt, prefix: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = vec![self.start, self.prompts[prompt as usize]];
        ids.extend(self.tokenizer.encode(prefix)?.ids);
        Ok(ids)
    }

    /// A question for the decoder: `[start] [ask] question [answer]`.
    pub fn question(&self, question: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = vec![self.start, self.ask];
        ids.extend(self.tokenizer.encode(question)?.ids);
        ids.push(self.answer);
        Ok(ids)
    }

    /// What `id` adds to a text, with the space before it; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        match id {
            id if (id as usize) < SPECIALS.len() => String::new(),
            id => self.tokenizer.token(id).unwrap_or_default().replace('\u{2581}', " "),
        }
    }
}
