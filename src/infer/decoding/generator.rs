//! A text that is written token by token, whatever searches for it.

use super::beam::Beam;
use super::single::Single;
use super::transformers_beam::TransformersBeam;
use super::{BeamScore, Decoding, GenerationConfig, Hypothesis, Limits, Strategy};

/// A search that is fed with log-probabilities: it goes one token on at a time.
pub struct Generator {
    strategy: Box<dyn Strategy>,
    generation: GenerationConfig,
    /// Tokens of the prompt.
    prompt: usize,
}

impl Generator {
    /// A search for what follows `prompt`, at most `max_new` tokens, by the rules of `generation`.
    pub fn new(generation: &GenerationConfig, decoding: Decoding, prompt: Vec<u32>, max_new: usize) -> Self {
        let limits = Limits { ends: generation.ends().to_vec(), max_new };
        let (length, score) = (prompt.len(), generation.beam_score);
        let strategy: Box<dyn Strategy> = match (decoding, score) {
            (Decoding::Greedy | Decoding::Beam { width: 0 | 1 }, _) => {
                Box::new(Single::greedy(prompt, limits))
            }
            (Decoding::Sample { temperature, seed }, _) => {
                Box::new(Single::sample(prompt, limits, temperature, seed))
            }
            (Decoding::Beam { width }, BeamScore::Sum) => Box::new(Beam::new(width, prompt, limits)),
            (Decoding::Beam { width }, BeamScore::Transformers) => {
                let (penalty, early) = (generation.length_penalty(), generation.early_stopping());
                Box::new(TransformersBeam::new(width, prompt, limits, penalty, early))
            }
        };
        Generator { strategy, generation: generation.clone(), prompt: length }
    }

    pub fn done(&self) -> bool {
        self.strategy.done()
    }

    /// The rows whose next token is wanted.
    pub fn open_rows(&self) -> Vec<Vec<u32>> {
        self.strategy.open_rows()
    }

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Generator::open_rows`].
    pub fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let mut allowed = logprobs.to_vec();
        for (row, logprobs) in self.open_rows().iter().zip(&mut allowed) {
            self.generation.forbid(row, self.prompt, logprobs);
        }
        self.strategy.advance(&allowed);
    }

    /// What may still win, the likeliest first; once the search is done, what it has found, the best first.
    pub fn hypotheses(&self) -> Vec<&Hypothesis> {
        self.strategy.hypotheses()
    }

    pub fn best(&self) -> &Hypothesis {
        self.hypotheses()[0]
    }

    /// Goes on to the end and returns the best; `next` gives the log-probabilities behind each row.
    pub async fn run<E>(
        mut self,
        mut next: impl AsyncFnMut(&[Vec<u32>]) -> Result<Vec<Vec<f32>>, E>,
    ) -> Result<Hypothesis, E> {
        while !self.done() {
            self.advance(&next(&self.open_rows()).await?);
        }
        Ok(self.best().clone())
    }
}
