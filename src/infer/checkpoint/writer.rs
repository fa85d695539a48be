//! A text under way, whatever searches for it.

use super::beams::Beams;
use super::{Checkpoint, Generation};
use crate::infer::{Decoding, Hypothesis, Search};

/// A search under way, fed with log-probabilities: it goes one token on at a time.
pub struct Writer {
    by: By,
    generation: Generation,
    /// Tokens of the prompt.
    prompt: usize,
}

enum By {
    /// Greedy, or drawn.
    Line(Search),
    Beams(Beams),
}

impl Checkpoint {
    /// A search for what follows `prompt` (see [`Checkpoint::caption_prompt`]); it ends where the model's longest row does.
    pub fn writer(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Writer {
        let (room, length) = (self.blip().text.max_position_embeddings, prompt.len());
        let max_new = max_new.min(room.saturating_sub(length));
        let (generation, ends) = (self.generation.clone(), self.generation.ends().to_vec());
        let by = match decoding {
            Decoding::Beam { width } if width > 1 => {
                let (penalty, early) = (generation.length_penalty(), generation.early_stopping());
                By::Beams(Beams::new(width, prompt, ends, max_new).ranked(penalty, early))
            }
            Decoding::Beam { .. } => {
                By::Line(Search::new(Decoding::Greedy, prompt, ends, Vec::new(), max_new))
            }
            _ => By::Line(Search::new(decoding, prompt, ends, Vec::new(), max_new)),
        };
        Writer { by, generation, prompt: length }
    }
}

impl Writer {
    pub fn done(&self) -> bool {
        match &self.by {
            By::Line(search) => search.done(),
            By::Beams(beams) => beams.done(),
        }
    }

    /// The rows whose next token is wanted.
    pub fn open_rows(&self) -> Vec<Vec<u32>> {
        match &self.by {
            By::Line(search) => search.open_rows(),
            By::Beams(beams) => beams.open_rows(),
        }
    }

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Writer::open_rows`].
    pub fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let mut allowed = logprobs.to_vec();
        for (row, logprobs) in self.open_rows().iter().zip(&mut allowed) {
            self.generation.forbid(row, self.prompt, logprobs);
        }
        match &mut self.by {
            By::Line(search) => search.advance(&allowed),
            By::Beams(beams) => beams.advance(&allowed),
        }
    }

    /// What may still win, the likeliest first; once the search is done, what it has found, the best first.
    pub fn hypotheses(&self) -> Vec<&Hypothesis> {
        match &self.by {
            By::Line(search) => search.hypotheses().iter().collect(),
            By::Beams(beams) if beams.done() => beams.finished().iter().collect(),
            By::Beams(beams) => beams.open().iter().chain(beams.finished()).collect(),
        }
    }
}
