//! Beam search as `generate` of transformers does it: finished hypotheses are kept apart and ranked by their mean
//! log-probability, or by their sum over another power of their length, and the search ends when no open one can beat the
//! worst of them.

use super::{Hypothesis, Limits, Strategy, likeliest};
use crate::order;

/// The search for one text.
pub(super) struct TransformersBeam {
    width: usize,
    prompt: usize,
    limits: Limits,
    /// A text is ranked by `sum / length^penalty` of its log-probabilities.
    penalty: f32,
    /// Whether the search ends with `width` finished texts.
    early: bool,
    /// Best first, by their summed log-probability.
    open: Vec<Hypothesis>,
    /// Best first, by their rank; at least one once the search is done.
    finished: Vec<Hypothesis>,
    done: bool,
}

impl TransformersBeam {
    /// `penalty` and `early` are `length_penalty` and `early_stopping` of `generate`.
    pub(super) fn new(width: usize, prompt: Vec<u32>, limits: Limits, penalty: f32, early: bool) -> Self {
        let done = limits.max_new == 0;
        let first = Hypothesis::new(prompt, done);
        let prompt = first.ids.len();
        let (open, finished) = if done { (Vec::new(), vec![first]) } else { (vec![first], Vec::new()) };
        TransformersBeam { width, prompt, limits, penalty, early, open, finished, done }
    }

    /// The best continuations, so many that `width` remain open even if all ends of as many are among them.
    fn candidates(&self, logprobs: &[Vec<f32>]) -> Vec<Hypothesis> {
        let count = (1 + self.limits.ends.len()).max(2) * self.width;
        let totals: Vec<f32> = self.open.iter().map(Hypothesis::total).collect();
        let mut best: Vec<(f32, usize, u32)> = Vec::new();
        for (row, (total, logprobs)) in totals.iter().zip(logprobs).enumerate() {
            let ids = likeliest(logprobs, count).into_iter();
            best.extend(ids.map(|id| (total + logprobs[id as usize], row, id)));
        }
        order::sort_by(&mut best, |a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        best.truncate(count);
        let candidate =
            |&(_, row, id): &(f32, usize, u32)| self.open[row].with(id, logprobs[row][id as usize], false);
        best.iter().map(candidate).collect()
    }

    /// Whether the best open hypothesis, were it to end now, would stand above the worst finished one.
    fn can_improve(&self) -> bool {
        match (self.open.first(), self.finished.last()) {
            (None, _) => false,
            (Some(_), _) if self.finished.len() < self.width => true,
            (Some(open), worst) => {
                worst.is_none_or(|worst| rank(open, self.penalty) > rank(worst, self.penalty))
            }
        }
    }
}

impl Strategy for TransformersBeam {
    fn done(&self) -> bool {
        self.done
    }

    fn open_rows(&self) -> Vec<Vec<u32>> {
        self.open.iter().map(|h| h.ids.clone()).collect()
    }

    fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let candidates = self.candidates(logprobs);
        let at_limit = candidates[0].ids.len() - self.prompt == self.limits.max_new;
        self.open.clear();
        for (rank, mut candidate) in candidates.into_iter().enumerate() {
            let ends = at_limit || candidate.ids.last().is_some_and(|id| self.limits.ends.contains(id));
            if !ends && self.open.len() < self.width {
                self.open.push(candidate);
            } else if ends && rank < self.width {
                candidate.finished = true;
                self.finished.push(candidate);
            }
        }
        let penalty = self.penalty;
        order::sort_by(&mut self.finished, |a, b| rank(b, penalty).total_cmp(&rank(a, penalty)));
        self.finished.truncate(self.width);
        let is_full = self.early && self.finished.len() == self.width;
        self.done = at_limit || is_full || !self.can_improve();
    }

    fn hypotheses(&self) -> Vec<&Hypothesis> {
        match self.done {
            true => self.finished.iter().collect(),
            false => self.open.iter().chain(&self.finished).collect(),
        }
    }
}

fn rank(hypothesis: &Hypothesis, penalty: f32) -> f32 {
    hypothesis.total() / (hypothesis.logprobs.len().max(1) as f32).powf(penalty)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run as search;
    use super::*;

    const END: u32 = 3;

    /// After 0: 1 with 0.5, the end with 0.4; 1 goes on with 0.9 each time.
    fn next(row: &[u32]) -> Vec<f32> {
        let probabilities: [f32; 4] = match row.last() {
            Some(0) => [0.05, 0.5, 0.05, 0.4],
            _ => [0.03, 0.9, 0.03, 0.04],
        };
        probabilities.iter().map(|p| p.ln()).collect()
    }

    fn beams(width: usize, max_new: usize, penalty: f32, early: bool) -> TransformersBeam {
        let limits = Limits { ends: vec![END], max_new };
        TransformersBeam::new(width, vec![0], limits, penalty, early)
    }

    fn run(width: usize, max_new: usize) -> Vec<Hypothesis> {
        search(beams(width, max_new, 1.0, false), next)
    }

    #[test]
    fn length_counts_against_no_hypothesis() {
        // Means: ln(0.4) = -0.92 for the end at once, (ln 0.5 + 4 ln 0.9) / 5 = -0.22 for what is cut at five tokens, and
        // (ln 0.05 + ln 0.5 + 3 ln 0.9) / 5 = -0.80 where the second token is a 0.
        let found = run(2, 5);
        assert_eq!(found[0].ids, [0, 1, 1, 1, 1, 1]);
        assert_eq!(found[1].ids, [0, 0, 1, 1, 1, 1]);
        assert!((rank(&found[0], 1.0) - (0.5f32.ln() + 4.0 * 0.9f32.ln()) / 5.0).abs() < 1e-6);
        assert!(found.iter().all(|h| h.finished));
    }

    #[test]
    fn a_length_penalty_and_early_stopping_are_those_of_generate() {
        // By the sum: -0.92 for the end at once, -1.11 for what is cut at five tokens.
        assert_eq!(search(beams(2, 5, 0.0, false), next)[0].ids, [0, END]);
        // Two texts end, of which the open one could still beat the worse.
        for early in [true, false] {
            let mut beams = beams(2, 5, 1.0, early);
            beams.advance(&[[0.02f32, 0.9, 0.02, 0.06].map(f32::ln).to_vec()]);
            beams.advance(&vec![[0.01f32, 0.58, 0.01, 0.4].map(f32::ln).to_vec(); 2]);
            assert_eq!((beams.finished.len(), beams.done()), (2, early));
        }
        // Both ends count.
        let limits = Limits { ends: vec![END, 1], max_new: 9 };
        let both = TransformersBeam::new(1, vec![0], limits, 1.0, false);
        assert_eq!(search(both, next)[0].ids, [0, 1]);
    }

    #[test]
    fn the_search_ends_when_nothing_open_can_win() {
        // After the first token the end has 0.4; of what stays open 1 has 0.5, which beats it.
        assert_eq!(run(1, 1)[0].ids, [0, 1]);
        let mut beams = beams(1, 9, 1.0, false);
        beams.advance(&[[0.1, 0.1, 0.1, 0.7].map(f32::ln).to_vec()]);
        assert!(beams.done() && beams.finished[0].ids == [0, END]);
    }

    #[test]
    fn nothing_is_written_beyond_the_limit() {
        assert_eq!(run(3, 0)[0].ids, [0]);
        assert!(run(3, 2).iter().all(|h| h.ids.len() <= 3));
    }
}
