//! What a model cannot do with a text.

use crate::io::tokenizer::TokenizerError;
use crate::model::blip::Task;

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
