//! Decoding: which token to take next. A state machine without a model, fed with log-probabilities.

use crate::order;
use std::cmp::Ordering;

/// How captions are written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Decoding {
    /// Always the likeliest token.
    Greedy,
    /// The best of `width` hypotheses by their summed log-probability (Graves 2012).
    Beam { width: usize },
    /// Drawn from the distribution sharpened by `temperature`.
    Sample { temperature: f32, seed: u64 },
}

/// A row under way or finished.
#[derive(Clone, PartialEq, Debug)]
pub struct Hypothesis {
    /// The prompt and what was written, up to and including the first end token.
    pub ids: Vec<u32>,
    /// One for each written token, natural logarithm.
    pub logprobs: Vec<f32>,
    pub finished: bool,
}

impl Hypothesis {
    pub fn total(&self) -> f32 {
        self.logprobs.iter().sum()
    }
}

/// The search for one picture's text.
pub struct Search {
    decoding: Decoding,
    ends: Vec<u32>,
    /// Tokens that are never written: padding, start, prompts.
    banned: Vec<u32>,
    max_new: usize,
    written: usize,
    random: u64,
    hypotheses: Vec<Hypothesis>,
}

impl Search {
    pub fn new(
        decoding: Decoding,
        prompt: Vec<u32>,
        ends: Vec<u32>,
        banned: Vec<u32>,
        max_new: usize,
    ) -> Self {
        let random = match decoding {
            Decoding::Sample { seed, .. } => seed,
            _ => 0,
        };
        let hypotheses = vec![Hypothesis { ids: prompt, logprobs: Vec::new(), finished: max_new == 0 }];
        Search { decoding, ends, banned, max_new, written: 0, random, hypotheses }
    }

    /// Hypotheses, the best first.
    pub fn hypotheses(&self) -> &[Hypothesis] {
        &self.hypotheses
    }

    pub fn best(&self) -> &Hypothesis {
        &self.hypotheses[0]
    }

    pub fn done(&self) -> bool {
        self.hypotheses.iter().all(|h| h.finished)
    }

    /// The rows whose next token is wanted.
    pub fn open_rows(&self) -> Vec<Vec<u32>> {
        self.hypotheses.iter().filter(|h| !h.finished).map(|h| h.ids.clone()).collect()
    }

    /// Goes one token on; `logprobs[i]` belongs to row `i` of [`Search::open_rows`].
    pub fn advance(&mut self, logprobs: &[Vec<f32>]) {
        let width = match self.decoding {
            Decoding::Beam { width } => width.max(1),
            _ => 1,
        };
        let (open, mut kept): (Vec<_>, Vec<_>) = self.hypotheses.drain(..).partition(|h| !h.finished);
        self.written += 1;
        for (hypothesis, row) in open.iter().zip(logprobs) {
            let is_allowed = |id: &u32| !self.banned.contains(id);
            let choices: Vec<u32> = match self.decoding {
                Decoding::Sample { temperature, .. } => {
                    let allowed: Vec<u32> = (0..row.len() as u32).filter(is_allowed).collect();
                    vec![sample(&allowed, row, temperature, &mut self.random)]
                }
                _ => likeliest(row, width + self.banned.len())
                    .into_iter()
                    .filter(is_allowed)
                    .take(width)
                    .collect(),
            };
            for id in choices {
                let mut next = hypothesis.clone();
                next.ids.push(id);
                next.logprobs.push(row[id as usize]);
                next.finished = self.ends.contains(&id) || self.written == self.max_new;
                kept.push(next);
            }
        }
        order::sort_by(&mut kept, |a, b| b.total().total_cmp(&a.total()));
        kept.truncate(width);
        self.hypotheses = kept;
    }
}

/// The `count` likeliest ids, or all where there are no more, the likeliest first; of equals the first.
pub fn likeliest(logprobs: &[f32], count: usize) -> Vec<u32> {
    let mut ids: Vec<u32> = (0..logprobs.len() as u32).collect();
    if count < ids.len() {
        ids.select_nth_unstable_by(count, falling(logprobs));
        ids.truncate(count);
    }
    order::sort_by(&mut ids, falling(logprobs));
    ids
}

/// The likelier id first, of equals the lower.
fn falling(logprobs: &[f32]) -> impl Fn(&u32, &u32) -> Ordering {
    |a, b| logprobs[*b as usize].total_cmp(&logprobs[*a as usize]).then(a.cmp(b))
}

/// One of `choices` by `softmax(logprobs / temperature)`; a temperature of zero is greedy.
fn sample(choices: &[u32], logprobs: &[f32], temperature: f32, random: &mut u64) -> u32 {
    let best = choices.iter().copied().min_by(falling(logprobs)).expect("a vocabulary has words");
    if temperature <= 0.0 {
        return best;
    }
    let top = logprobs[best as usize];
    let weight = |id: u32| f64::from((logprobs[id as usize] - top) / temperature).exp();
    let total: f64 = choices.iter().map(|&id| weight(id)).sum();
    // SplitMix64 (Steele, Lea, Flood 2014).
    *random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *random;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    let mut left = total * ((z >> 11) as f64 / (1u64 << 53) as f64);
    for &id in choices {
        left -= weight(id);
        if left < 0.0 {
            return id;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 3;

    /// After 0: 1 with 0.5, 2 with 0.4; after 1 all is even; after 2 the end is certain.
    fn next(row: &[u32]) -> Vec<f32> {
        let probabilities: [f32; 4] = match row.last() {
            Some(0) => [0.05, 0.5, 0.4, 0.05],
            Some(1) => [0.25, 0.25, 0.25, 0.25],
            _ => [0.0, 0.0, 0.0, 1.0],
        };
        probabilities.iter().map(|p| p.max(1e-30).ln()).collect()
    }

    fn run(decoding: Decoding, max_new: usize) -> Vec<Hypothesis> {
        let mut search = Search::new(decoding, vec![0], vec![END], vec![0], max_new);
        while !search.done() {
            let rows: Vec<Vec<f32>> = search.open_rows().iter().map(|row| next(row)).collect();
            search.advance(&rows);
        }
        search.hypotheses().to_vec()
    }

    #[test]
    fn greedy_takes_the_likeliest_token() {
        assert_eq!(run(Decoding::Greedy, 9)[0].ids[..2], [0, 1]);
    }

    #[test]
    fn a_beam_finds_the_likelier_sentence() {
        let best = &run(Decoding::Beam { width: 2 }, 9)[0];
        assert_eq!(best.ids, [0, 2, END]);
        assert!((best.total() - 0.4f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn writing_stops_at_the_limit() {
        let rows = run(Decoding::Beam { width: 3 }, 1);
        assert!(rows.iter().all(|h| h.ids.len() == 2 && h.finished));
    }

    #[test]
    fn samples_follow_the_distribution_and_the_seed() {
        let first = |seed| run(Decoding::Sample { temperature: 1.0, seed }, 1)[0].ids[1];
        let ones = (0..2000).filter(|&seed| first(seed) == 1).count();
        // 0.5 / 0.95 of the mass that is allowed; six standard deviations are 67.
        assert!((986..1120).contains(&ones), "{ones}");
        assert_eq!(first(7), first(7));
        assert_eq!(run(Decoding::Sample { temperature: 0.0, seed: 1 }, 9), run(Decoding::Greedy, 9));
    }
}
