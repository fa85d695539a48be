//! Words about a picture, token by token, by whichever model writes them.

use super::decoding::GenerationConfig;
use super::{Decoding, Generator, Hypothesis, Model, Next};
use crate::device::DeviceError;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// What is written about: a picture as the model sees it, and a question that the decoder reads in its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    pub picture: Pixels,
    /// Ids with their special tokens.
    pub question: Option<Vec<u32>>,
}

impl Model {
    /// Natural logarithms `[N][V]` of the probabilities of the token that follows each row, the rows being of one length; where
    /// `traced` also the cross-attention of their last tokens, whose keys are the cells of the picture or the tokens of the
    /// question. What a row has in common with one that was asked about last is not computed again.
    pub async fn next(
        &mut self,
        source: &Source,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<Next, DeviceError> {
        match self {
            Model::Playroom(runner) => {
                let image = runner.image_tokens(&source.picture).await?;
                runner.next(&image, rows, traced).await
            }
            Model::Checkpoint(checkpoint) => {
                let mut states = checkpoint.look_at(&source.picture).await?;
                if let Some(question) = &source.question {
                    let ids = HostTensor::u32([1, question.len()], question.clone());
                    states = checkpoint.ask(states, &ids, question.len() as u32).await?;
                }
                if !traced {
                    return Ok(Next { logprobs: checkpoint.logprobs(states, rows).await?, trace: None });
                }
                let (logprobs, trace) = checkpoint.logprobs_traced(states, rows).await?;
                Ok(Next { logprobs, trace: Some(trace) })
            }
        }
    }

    /// The best text that follows `prompt`, at most `max_new` tokens.
    pub async fn generate(
        &mut self,
        source: &Source,
        prompt: Vec<u32>,
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Hypothesis, DeviceError> {
        let generator = self.generator(prompt, decoding, max_new);
        generator.run(async |rows| Ok(self.next(source, rows, false).await?.logprobs)).await
    }

    /// A search for what follows `prompt`; it ends where the model's longest row does.
    pub fn generator(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Generator {
        match self {
            Model::Playroom(runner) => runner.generator(prompt, decoding, max_new),
            Model::Checkpoint(checkpoint) => checkpoint.generator(prompt, decoding, max_new),
        }
    }

    /// How the model writes where its user does not say.
    pub fn generation(&self) -> &GenerationConfig {
        match self {
            Model::Playroom(runner) => &runner.generation,
            Model::Checkpoint(checkpoint) => &checkpoint.generation,
        }
    }

    /// What `id` adds to a text, with the space before it; nothing for special tokens.
    pub fn piece(&self, id: u32) -> String {
        match self {
            Model::Playroom(runner) => runner.words.piece(id),
            Model::Checkpoint(checkpoint) => {
                checkpoint.words.as_ref().map(|words| words.piece(id)).unwrap_or_default()
            }
        }
    }

    /// The text of ids without special tokens.
    pub fn text(&self, ids: &[u32]) -> String {
        ids.iter().map(|&id| self.piece(id)).collect::<String>().trim().to_string()
    }
}
