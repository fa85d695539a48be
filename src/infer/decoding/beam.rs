//! Beam search by the sum of log-probabilities (Graves 2012): what is finished keeps its place among the hypotheses.

use super::{Hypothesis, Limits, Strategy, likeliest};
use crate::order;

/// The search for one text.
pub(super) struct Beam {
    width: usize,
    limits: Limits,
    /// Tokens behind the prompt.
    written: usize,
    /// The likeliest first.
    hypotheses: Vec<Hypothesis>,
}

impl Beam {
    pub(super) fn new(width: usize, prompt: Vec<u32>, limits: Limits) -> Self {
        let first = Hypothesis::new(prompt, limits.max_new == 0);
        Beam { width, limits, written: 0, hypotheses: vec![first] }
    }
}

impl Strategy for Beam {
    fn done(&self) -> bool {
        self.hypotheses.iter().all(|h| h.finished)
    }

    fn open_rows(&self) -> Vec<Vec<u32>> {
        self.hypotheses.iter().filter(|h| !h.finished).map(|h| h.ids.clone()).collect()
    }

    fn advance(&mut self, logprobs: &[Vec<f32>]) {
        self.written += 1;
        let is_last = self.written == self.limits.max_new;
        let (open, mut all): (Vec<_>, Vec<_>) = self.hypotheses.drain(..).partition(|h| !h.finished);
        for (hypothesis, row) in open.iter().zip(logprobs) {
            let next = |id| hypothesis.with(id, row[id as usize], is_last || self.limits.ends.contains(&id));
            all.extend(likeliest(row, self.width).into_iter().map(next));
        }
        order::sort_by(&mut all, |a, b| b.total().total_cmp(&a.total()));
        all.truncate(self.width);
        self.hypotheses = all;
    }

    fn hypotheses(&self) -> Vec<&Hypothesis> {
        self.hypotheses.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{limits, next, run};
    use super::*;

    #[test]
    fn a_beam_finds_the_likelier_sentence() {
        let best = &run(Beam::new(2, vec![0], limits(9)), next)[0];
        assert_eq!(best.ids, [0, 2, 3]);
        assert!((best.total() - 0.4f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn writing_stops_at_the_limit() {
        let rows = run(Beam::new(3, vec![0], limits(1)), next);
        assert!(rows.iter().all(|h| h.ids.len() == 2 && h.finished));
    }
}
