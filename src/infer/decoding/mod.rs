//! Decoding: which token to take next. State machines without a model, fed with log-probabilities.

mod beam;
mod generation_config;
mod generation_error;
mod generator;
mod single;
mod transformers_beam;

pub use generation_config::GenerationConfig;
pub(super) use generation_error::GenerationError;
pub use generator::Generator;

use std::cmp::Ordering;

use crate::order;

/// How texts are written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Decoding {
    /// Always the likeliest token.
    Greedy,
    /// The best of `width` hypotheses, ranked by the model's `BeamScore`.
    Beam { width: usize },
    /// Drawn from the distribution sharpened by `temperature`.
    Sample { temperature: f32, seed: u64 },
}

/// How a beam ranks its hypotheses.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum BeamScore {
    /// By the sum of their log-probabilities (Graves 2012).
    Sum,
    /// As `generate` of transformers does, by the sum over a power of the length.
    Transformers,
}

/// A row that is written, or finished.
#[derive(Clone, PartialEq, Debug)]
pub struct Hypothesis {
    /// The prompt and what was written, up to and including the first end token.
    pub ids: Vec<u32>,
    /// One for each written token, natural logarithm.
    pub logprobs: Vec<f32>,
    pub finished: bool,
}

impl Hypothesis {
    /// The prompt alone, finished if nothing may follow it.
    fn new(prompt: Vec<u32>, finished: bool) -> Self {
        Hypothesis { ids: prompt, logprobs: Vec::new(), finished }
    }

    /// The same with one more token of log-probability `logprob`.
    fn with(&self, id: u32, logprob: f32, finished: bool) -> Self {
        let mut next = self.clone();
        next.ids.push(id);
        next.logprobs.push(logprob);
        next.finished = finished;
        next
    }

    /// The logarithm of the text's probability.
    pub fn total(&self) -> f32 {
        self.logprobs.iter().sum()
    }
}

/// What ends a text.
struct Limits {
    /// The tokens that end it.
    ends: Vec<u32>,
    /// Most tokens behind the prompt.
    max_new: usize,
}

/// A search for one text.
trait Strategy {
    fn done(&self) -> bool;

    /// The rows whose next token is wanted.
    fn open_rows(&self) -> Vec<Vec<u32>>;

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Strategy::open_rows`].
    fn advance(&mut self, logprobs: &[Vec<f32>]);

    /// What may still win, the likeliest first; once the search is done, what it has found, the best first.
    fn hypotheses(&self) -> Vec<&Hypothesis>;
}

/// The `count` likeliest ids, or all where there are no more, the likeliest first; of equals the first.
pub fn likeliest(logprobs: &[f32], count: usize) -> Vec<u32> {
    let mut ids: Vec<u32> = (0..logprobs.len() as u32).collect();
    if count < ids.len() {
        ids.select_nth_unstable_by(count, by_descending(logprobs));
        ids.truncate(count);
    }
    order::sort_by(&mut ids, by_descending(logprobs));
    ids
}

/// The likelier id first, of equals the lower.
fn by_descending(logprobs: &[f32]) -> impl Fn(&u32, &u32) -> Ordering {
    |a, b| logprobs[*b as usize].total_cmp(&logprobs[*a as usize]).then(a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 3;

    /// After 0: 1 with 0.5, 2 with 0.4; after 1 all is even; after 2 the end is certain.
    pub(super) fn next(row: &[u32]) -> Vec<f32> {
        let probabilities: [f32; 4] = match row.last() {
            Some(0) => [0.05, 0.5, 0.4, 0.05],
            Some(1) => [0.25, 0.25, 0.25, 0.25],
            _ => [0.0, 0.0, 0.0, 1.0],
        };
        probabilities.iter().map(|p| p.max(1e-30).ln()).collect()
    }

    pub(super) fn limits(max_new: usize) -> Limits {
        Limits { ends: vec![END], max_new }
    }

    /// What a search finds where probabilities are those of `next`.
    pub(super) fn run(mut search: impl Strategy, next: impl Fn(&[u32]) -> Vec<f32>) -> Vec<Hypothesis> {
        while !search.done() {
            let rows: Vec<Vec<f32>> = search.open_rows().iter().map(|row| next(row)).collect();
            search.advance(&rows);
        }
        search.hypotheses().into_iter().cloned().collect()
    }
}
