//! One row: its next token is the likeliest, or drawn.

use super::{Hypothesis, Limits, Strategy, likeliest};
use crate::rng::SplitMix64;
use crate::softmax::softmax;

/// The search for one text by one row.
pub(super) struct Single {
    limits: Limits,
    draw: Option<Draw>,
    row: Hypothesis,
}

/// `softmax(logprobs / temperature)`.
struct Draw {
    temperature: f32,
    random: SplitMix64,
}

impl Single {
    /// Always the likeliest token.
    pub(super) fn greedy(prompt: Vec<u32>, limits: Limits) -> Self {
        let row = Hypothesis::new(prompt, limits.max_new == 0);
        Single { limits, draw: None, row }
    }

    /// Drawn from `softmax(logprobs / temperature)`; a temperature of zero is greedy.
    pub(super) fn sample(prompt: Vec<u32>, limits: Limits, temperature: f32, seed: u64) -> Self {
        let draw = (temperature > 0.0).then_some(Draw { temperature, random: SplitMix64(seed) });
        Single { draw, ..Single::greedy(prompt, limits) }
    }
}

impl Strategy for Single {
    fn done(&self) -> bool {
        self.row.finished
    }

    fn open_rows(&self) -> Vec<Vec<u32>> {
        if self.row.finished { Vec::new() } else { vec![self.row.ids.clone()] }
    }

    fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let logprobs = &logprobs[0];
        let id = match &mut self.draw {
            Some(draw) => draw.id(logprobs),
            None => likeliest(logprobs, 1)[0],
        };
        let is_last = self.row.logprobs.len() + 1 == self.limits.max_new;
        let finished = is_last || self.limits.ends.contains(&id);
        self.row = self.row.with(id, logprobs[id as usize], finished);
    }

    fn hypotheses(&self) -> Vec<&Hypothesis> {
        vec![&self.row]
    }
}

impl Draw {
    fn id(&mut self, logprobs: &[f32]) -> u32 {
        let temperature = f64::from(self.temperature);
        let shares = softmax(logprobs.iter().map(|logprob| f64::from(*logprob) / temperature));
        let mut left = self.random.unit();
        let drawn = shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        drawn.map_or_else(|| likeliest(logprobs, 1)[0], |id| id as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::super::generation_config::FORBIDDEN;
    use super::super::tests::{limits, next, run};
    use super::*;

    #[test]
    fn greedy_takes_the_likeliest_token() {
        assert_eq!(run(Single::greedy(vec![0], limits(9)), next)[0].ids[..2], [0, 1]);
    }

    #[test]
    fn samples_follow_the_distribution_and_the_seed() {
        let allowed = |row: &[u32]| [&[FORBIDDEN], &next(row)[1..]].concat();
        let drawn = |temperature, seed, most| {
            run(Single::sample(vec![0], limits(most), temperature, seed), allowed).remove(0)
        };
        let first = |seed| drawn(1.0, seed, 1).ids[1];
        let ones = (0..2000).filter(|&seed| first(seed) == 1).count();
        // 0.5 / 0.95 of the mass that is allowed; six standard deviations are 67.
        assert!((986..1120).contains(&ones), "{ones}");
        assert_eq!(first(7), first(7));
        assert_eq!(drawn(0.0, 1, 9), run(Single::greedy(vec![0], limits(9)), allowed)[0]);
    }
}
