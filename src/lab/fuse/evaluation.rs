//! What a race reports.

use serde::{Deserialize, Serialize};

use super::Contestant;
use super::task::{CLASSES, Information};

/// One step of every contestant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RaceStep {
    pub step: u64,
    /// In the order of the settings; the majority does not learn and has none.
    pub learners: Vec<LearnerMetrics>,
}

/// What a contestant's step tells.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LearnerMetrics {
    pub contestant: Contestant,
    /// Nats.
    pub loss: f32,
    /// Gradient norms of the encoders of the picture and of the words, before clipping.
    pub grad_norms: [Option<f32>; 2],
    /// Wall clock of the step.
    pub milliseconds: f32,
}

/// How a contestant does on held-out samples.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    pub contestant: Contestant,
    pub step: u64,
    /// Number of weights.
    pub parameters: u32,
    pub confusion: Confusion,
    /// Accuracy without the words, and without the picture.
    pub alone: [f32; 2],
    /// The probability of class 1 for each held-out sample.
    pub probabilities: Vec<f32>,
    /// The share of the picture in the fusion, for each held-out sample: the mean gate, the weight of the pool, the
    /// relative trust, or the router's share of the picture's expert. Empty where the fusion has none.
    pub gates: Vec<f32>,
    /// The learned mix of late fusion: the share of the picture.
    pub alpha: Option<f32>,
    /// Low-rank bilinear interaction of picture (rows) and words (columns) for class 1 against class 0, `[D, D]`; else empty.
    pub interaction: Vec<f32>,
    /// Where the words look in the picture: the first held-out sample's mean over heads, `[T, C]`; else empty.
    pub attention: Vec<f32>,
}

/// Held-out samples by truth (row) and answer (column).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Confusion {
    pub counts: [[u32; CLASSES]; CLASSES],
}

impl Confusion {
    pub fn add(&mut self, truth: u32, answer: u32) {
        self.counts[truth as usize][answer as usize] += 1;
    }

    fn total(&self) -> u32 {
        self.counts.iter().flatten().sum()
    }

    /// The share that is right.
    pub fn accuracy(&self) -> f32 {
        share(self.counts[0][0] + self.counts[1][1], self.total())
    }

    /// Of those answered `class`, the share that is; 0 where none was.
    pub fn precision(&self, class: usize) -> f32 {
        share(self.counts[class][class], self.counts[0][class] + self.counts[1][class])
    }

    /// Of those that are `class`, the share answered so; 0 where none is.
    pub fn recall(&self, class: usize) -> f32 {
        share(self.counts[class][class], self.counts[class].iter().sum())
    }

    /// The harmonic mean of precision and recall (van Rijsbergen 1979), averaged over the classes.
    pub fn f1(&self) -> f32 {
        let of = |class| {
            let (precision, recall) = (self.precision(class), self.recall(class));
            2.0 * precision * recall / (precision + recall).max(f32::MIN_POSITIVE)
        };
        (0..CLASSES).map(of).sum::<f32>() / CLASSES as f32
    }
}

fn share(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

/// A held-out sample as the page shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeldOutSample {
    /// RGB bytes, `[SIDE, SIDE, 3]`.
    pub picture: Vec<u8>,
    pub sentence: String,
    pub answer: u32,
    pub information: Information,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_follow_from_the_counts() {
        let confusion = Confusion { counts: [[30, 10], [20, 40]] };
        assert!((confusion.accuracy() - 0.7).abs() < 1e-6);
        assert!((confusion.precision(1) - 0.8).abs() < 1e-6);
        assert!((confusion.recall(1) - 2.0 / 3.0).abs() < 1e-6);
        assert!((confusion.precision(0) - 0.6).abs() < 1e-6);
        assert!((confusion.recall(0) - 0.75).abs() < 1e-6);
        assert!((confusion.f1() - (0.727_272_7 + 0.666_666_7) / 2.0).abs() < 1e-6);
        assert_eq!(Confusion::default().f1(), 0.0);
    }
}
