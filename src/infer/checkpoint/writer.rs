//! A text under way, whatever searches for it.

use super::Checkpoint;
use super::beams::Beams;
use crate::infer::{Decoding, Hypothesis, Search};

/// A search under way, fed with log-probabilities: it goes one token on at a time.
pub struct Writer(By);

enum By {
    /// Greedy, or drawn.
    Line(Search),
    Beams(Beams),
}

impl Checkpoint {
    /// A search for what follows `prompt` (see [`Checkpoint::caption_prompt`]); it ends where the model's longest row does.
    pub fn writer(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Writer {
        let config = self.blip();
        let room = config.text.max_position_embeddings.saturating_sub(prompt.len());
        let (end, max_new) = (config.writing.sep_token_id, max_new.min(room));
        Writer(match decoding {
            Decoding::Beam { width } if width > 1 => By::Beams(Beams::new(width, prompt, end, max_new)),
            Decoding::Beam { .. } => {
                By::Line(Search::new(Decoding::Greedy, prompt, end, Vec::new(), max_new))
            }
            _ => By::Line(Search::new(decoding, prompt, end, Vec::new(), max_new)),
        })
    }
}

impl Writer {
    pub fn done(&self) -> bool {
        match &self.0 {
            By::Line(search) => search.done(),
            By::Beams(beams) => beams.done(),
        }
    }

    /// The rows whose next token is wanted.
    pub fn open_rows(&self) -> Vec<Vec<u32>> {
        match &self.0 {
            By::Line(search) => search.open_rows(),
            By::Beams(beams) => beams.open_rows(),
        }
    }

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Writer::open_rows`].
    pub fn advance(&mut self, logprobs: &[Vec<f32>]) {
        match &mut self.0 {
            By::Line(search) => search.advance(logprobs),
            By::Beams(beams) => beams.advance(logprobs),
        }
    }

    /// What may still win, the likeliest first; once the search is done, what it has found, the best first.
    pub fn hypotheses(&self) -> Vec<&Hypothesis> {
        match &self.0 {
            By::Line(search) => search.hypotheses().iter().collect(),
            By::Beams(beams) if beams.done() => beams.finished().iter().collect(),
            By::Beams(beams) => beams.open().iter().chain(beams.finished()).collect(),
        }
    }
}
