//! Texts as ids, by whichever model reads them, and what it cannot do with them.

use super::checkpoint::Cut;
use super::{Model, Source};
use crate::io::tokenizer::TokenizerError;
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::world::Style;

/// Why a model takes no such text.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("the model's folder has no tokenizer: tokenizer.json, vocab.json with merges.txt, or vocab.txt")]
    NoTokenizer,
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error("\"{start}...\" has {tokens} tokens; the model reads {longest}")]
    TooLong { start: String, tokens: usize, longest: usize },
    /// Where something is to be written behind it.
    #[error("{tokens} tokens leave no room to write: the model's row is full")]
    Full { tokens: usize },
    #[error("this needs a {}; the model's config.json names another class", class(*needed))]
    Untuned { needed: Task },
    #[error("this BLIP was not tuned for retrieval: it has no embeddings")]
    NoEmbeddings,
}

/// As transformers names the class.
fn class(task: Task) -> &'static str {
    match task {
        Task::Caption => "BlipForConditionalGeneration",
        Task::Match => "BlipForImageTextRetrieval",
        Task::Answer => "BlipForQuestionAnswering",
    }
}

impl Model {
    /// Whether the model does this; Playroom does all.
    pub fn expect(&self, needed: Task) -> Result<(), TextError> {
        match self {
            Model::Checkpoint(checkpoint) if checkpoint.task() != Some(needed) => {
                Err(TextError::Untuned { needed })
            }
            _ => Ok(()),
        }
    }

    /// Whether pictures and texts have a common space.
    pub fn expect_embeddings(&self) -> Result<(), TextError> {
        match self {
            Model::Checkpoint(checkpoint) if !checkpoint.embeds() => Err(TextError::NoEmbeddings),
            _ => Ok(()),
        }
    }

    /// A text with its special tokens. Of one that is too long for a published model the end is cut, and told; Playroom takes none.
    pub fn sentence(&self, text: &str) -> Result<Vec<u32>, TextError> {
        match self {
            Model::Playroom(runner) => self.fitting(text, runner.words.sentence(text)),
            Model::Checkpoint(checkpoint) => {
                Ok(checkpoint.words.as_ref().ok_or(TextError::NoTokenizer)?.row(text)?)
            }
        }
    }

    /// The row of a caption, or its beginning, and how many of its tokens are no words.
    pub fn caption_prompt(&self, prefix: &str) -> Result<(Vec<u32>, usize), TextError> {
        self.expect(Task::Caption)?;
        Ok(match self {
            Model::Playroom(runner) => {
                let given = runner.words.caption(Style::Full, "").len();
                (self.fitting(prefix, runner.words.caption(Style::Full, prefix))?, given)
            }
            Model::Checkpoint(checkpoint) => {
                let row = self.sentence(prefix)?;
                (checkpoint.caption_prompt((!prefix.trim().is_empty()).then_some(&row)), 1)
            }
        })
    }

    /// What the answer to a question about a picture is written about, and how it begins: Playroom's decoder reads the question
    /// itself, BLIP's what its encoder has made of it.
    pub fn question(&self, picture: Pixels, question: &str) -> Result<(Source, Vec<u32>), TextError> {
        self.expect(Task::Answer)?;
        Ok(match self {
            Model::Playroom(runner) => {
                let prompt = self.fitting(question, runner.words.question(question))?;
                self.expect_room(&prompt)?;
                (Source { picture, question: None }, prompt)
            }
            Model::Checkpoint(checkpoint) => {
                let question = Some(self.sentence(question)?);
                (Source { picture, question }, checkpoint.caption_prompt(None))
            }
        })
    }

    /// Texts that were cut since this was last asked.
    pub fn take_cuts(&self) -> Vec<Cut> {
        match self {
            Model::Playroom(_) => Vec::new(),
            Model::Checkpoint(checkpoint) => checkpoint.take_cuts(),
        }
    }

    /// The text of ids without special tokens, as the tokenizer spells it.
    pub fn decode(&self, ids: &[u32]) -> Result<String, TextError> {
        match self {
            Model::Playroom(_) => Ok(self.text(ids)),
            Model::Checkpoint(checkpoint) => {
                Ok(checkpoint.words.as_ref().ok_or(TextError::NoTokenizer)?.tokenizer.decode(ids)?)
            }
        }
    }

    /// Ids that fit into Playroom's longest row.
    fn fitting(&self, text: &str, ids: Vec<u32>) -> Result<Vec<u32>, TextError> {
        let (tokens, longest) = (ids.len(), self.longest());
        match tokens <= longest {
            true => Ok(ids),
            false => Err(TextError::TooLong { start: text.chars().take(40).collect(), tokens, longest }),
        }
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
        match self {
            Model::Playroom(runner) => runner.config.max_tokens,
            Model::Checkpoint(checkpoint) => checkpoint.architecture.text().max_position_embeddings,
        }
    }
}
