//! Seeded randomness: a counter-based generator with one independent stream per modality.

use super::split::Split;
use crate::rng::{GOLDEN, SplitMix64, mix};

/// What a stream of random numbers is used for. Each has its own, so that drawing more of one changes no
/// other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Scene,
    Picture,
    Captions,
    Questions,
    Edits,
    Motion,
    Table,
    Ambience,
    Noise,
    Events,
    Task,
}

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Rng(SplitMix64);

impl Rng {
    /// The stream `stream` of item `index` of `split` under `seed`.
    pub fn new(split: Split, seed: u64, index: u64, stream: Stream) -> Self {
        let mut state = mix(seed.wrapping_add(GOLDEN));
        for part in [index, split as u64, stream as u64] {
            state = mix(state.wrapping_add(GOLDEN) ^ part);
        }
        Self(SplitMix64(state))
    }

    /// A generator of its own for a bare number, for callers outside the splits.
    pub fn from_seed(seed: u64) -> Self {
        Self(SplitMix64(mix(seed.wrapping_add(GOLDEN))))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `0..n` by multiply-shift; the bias is below n / 2^32.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0 && n <= u32::MAX as usize, "below({n})");
        (((self.next_u64() >> 32) * n as u64) >> 32) as usize
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: i16, high: i16) -> i16 {
        assert!(low <= high, "between({low}, {high})");
        low + self.below((i32::from(high) - i32::from(low) + 1) as usize) as i16
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |split, seed, index, stream| Rng::new(split, seed, index, stream).next_u64();
        let base = draw(Split::Train, 1, 2, Stream::Scene);
        assert_eq!(base, draw(Split::Train, 1, 2, Stream::Scene));
        assert_ne!(base, draw(Split::Val, 1, 2, Stream::Scene));
        assert_ne!(base, draw(Split::Train, 2, 1, Stream::Scene));
        assert_ne!(base, draw(Split::Train, 1, 3, Stream::Scene));
        assert_ne!(base, draw(Split::Train, 1, 2, Stream::Captions));
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = Rng::from_seed(7);
        let mut counts = [0_i32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7)] += 1;
        }
        assert!(counts.iter().all(|&count| (count - 10_000).abs() < 500), "{counts:?}");
    }

    #[test]
    fn shuffle_permutes() {
        let mut items: Vec<usize> = (0..50).collect();
        Rng::from_seed(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
