//! Beam search as `generate` of transformers does it: finished hypotheses are kept apart and ranked by their mean
//! log-probability, or by their sum over another power of their length, and the search ends when no open one can beat the
//! worst of them.

use crate::infer::{Hypothesis, likeliest};
use crate::order;

/// The search for one text.
pub struct Beams {
    width: usize,
    prompt: usize,
    ends: Vec<u32>,
    max_new: usize,
    /// A text is ranked by `sum / length^penalty` of its log-probabilities.
    penalty: f32,
    /// Whether the search ends with `width` finished texts.
    early: bool,
    /// Best first, by their summed log-probability.
    open: Vec<Hypothesis>,
    /// Best first, by their rank.
    finished: Vec<Hypothesis>,
    done: bool,
}

impl Beams {
    /// A search that ranks texts by their mean log-probability.
    pub fn new(width: usize, prompt: Vec<u32>, ends: Vec<u32>, max_new: usize) -> Self {
        let first = Hypothesis { ids: prompt, logprobs: Vec::new(), finished: max_new == 0 };
        let (prompt, done) = (first.ids.len(), first.finished);
        let (open, finished) = if done { (Vec::new(), vec![first]) } else { (vec![first], Vec::new()) };
        Beams { width, prompt, ends, max_new, penalty: 1.0, early: false, open, finished, done }
    }

    /// As `generate` does with `length_penalty` and `early_stopping`.
    pub fn ranked(self, penalty: f32, early: bool) -> Self {
        Beams { penalty, early, ..self }
    }

    pub fn done(&self) -> bool {
        self.done
    }

    /// Hypotheses under way, the likeliest first.
    pub fn open(&self) -> &[Hypothesis] {
        &self.open
    }

    /// The rows whose next token is wanted.
    pub fn open_rows(&self) -> Vec<Vec<u32>> {
        self.open.iter().map(|h| h.ids.clone()).collect()
    }

    /// Finished hypotheses, the best first; at least one once the search is done.
    pub fn finished(&self) -> &[Hypothesis] {
        &self.finished
    }

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Beams::open_rows`].
    pub fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let candidates = self.candidates(logprobs);
        let at_limit = candidates[0].ids.len() - self.prompt == self.max_new;
        self.open.clear();
        for (rank, mut candidate) in candidates.into_iter().enumerate() {
            let ends = at_limit || candidate.ids.last().is_some_and(|id| self.ends.contains(id));
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

    /// The best continuations, so many that `width` remain open even if all ends of as many are among them.
    fn candidates(&self, logprobs: &[Vec<f32>]) -> Vec<Hypothesis> {
        let count = (1 + self.ends.len()).max(2) * self.width;
        let totals: Vec<f32> = self.open.iter().map(Hypothesis::total).collect();
        let mut best: Vec<(f32, usize, u32)> = Vec::new();
        for (row, (total, logprobs)) in totals.iter().zip(logprobs).enumerate() {
            let ids = likeliest(logprobs, count).into_iter();
            best.extend(ids.map(|id| (total + logprobs[id as usize], row, id)));
        }
        order::sort_by(&mut best, |a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        best.truncate(count);
        let candidate = |&(_, row, id): &(f32, usize, u32)| {
            let mut next = self.open[row].clone();
            next.ids.push(id);
            next.logprobs.push(logprobs[row][id as usize]);
            next
        };
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

fn rank(hypothesis: &Hypothesis, penalty: f32) -> f32 {
    hypothesis.total() / (hypothesis.logprobs.len().max(1) as f32).powf(penalty)
}

#[cfg(test)]
mod tests {
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

    fn run(width: usize, max_new: usize) -> Vec<Hypothesis> {
        search(Beams::new(width, vec![0], vec![END], max_new))
    }

    fn search(mut beams: Beams) -> Vec<Hypothesis> {
        while !beams.done() {
            let rows: Vec<Vec<f32>> = beams.open_rows().iter().map(|row| next(row)).collect();
            beams.advance(&rows);
        }
        beams.finished().to_vec()
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
        let beams = || Beams::new(2, vec![0], vec![END], 5);
        // By the sum: -0.92 for the end at once, -1.11 for what is cut at five tokens.
        assert_eq!(search(beams().ranked(0.0, false))[0].ids, [0, END]);
        // Two texts end, of which the open one could still beat the worse.
        for early in [true, false] {
            let mut beams = beams().ranked(1.0, early);
            beams.advance(&[[0.02f32, 0.9, 0.02, 0.06].map(f32::ln).to_vec()]);
            beams.advance(&vec![[0.01f32, 0.58, 0.01, 0.4].map(f32::ln).to_vec(); 2]);
            assert_eq!((beams.finished().len(), beams.done()), (2, early));
        }
        // Both ends count.
        assert_eq!(search(Beams::new(1, vec![0], vec![END, 1], 9))[0].ids, [0, 1]);
    }

    #[test]
    fn the_search_ends_when_nothing_open_can_win() {
        // After the first token the end has 0.4; of what stays open 1 has 0.5, which beats it.
        assert_eq!(run(1, 1)[0].ids, [0, 1]);
        let mut beams = Beams::new(1, vec![0], vec![END], 9);
        beams.advance(&[[0.1, 0.1, 0.1, 0.7].map(f32::ln).to_vec()]);
        assert!(beams.done() && beams.finished()[0].ids == [0, END]);
    }

    #[test]
    fn nothing_is_written_beyond_the_limit() {
        assert_eq!(run(3, 0)[0].ids, [0]);
        assert!(run(3, 2).iter().all(|h| h.ids.len() <= 3));
    }
}
