//! What a race reports.

use serde::{Deserialize, Serialize};

use super::Contestant;
use super::modality::Modality;
use super::task::CLASSES;

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
    /// Gradient norms of the encoders, before clipping, in the order of the race's modalities.
    pub grad_norms: Vec<Option<f32>>,
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
    /// What it does with each choice of the modalities, the smallest first; the last is with all.
    pub subsets: Vec<SubsetScore>,
    /// The probability of class 1 for each held-out sample.
    pub probabilities: Vec<f32>,
    /// The share of each modality in the fusion, for each held-out sample: the mean gate, the weight of the pool, the
    /// relative trust, or the router's share of its expert, where the share of the expert for all comes last. Empty where the
    /// fusion has none.
    pub gates: Vec<Vec<f32>>,
    /// The learned mix of late fusion, the share of each modality; else empty.
    pub alpha: Vec<f32>,
    /// Low-rank bilinear interaction of the first modality (rows) and the second (columns) for class 1 against class 0,
    /// `[D, D]`; else, and of three modalities, empty.
    pub interaction: Vec<f32>,
    /// Where the reader looks in the others: the first held-out sample's mean over heads, `[T, S]`; else empty.
    pub attention: Vec<f32>,
}

impl Evaluation {
    /// The accuracy with one modality alone.
    pub fn alone(&self, modality: Modality) -> Option<f32> {
        let own = self.subsets.iter().find(|subset| subset.present == [modality]);
        own.map(|subset| subset.accuracy)
    }
}

/// How a contestant does where only some of the modalities are there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SubsetScore {
    pub present: Vec<Modality>,
    pub accuracy: f32,
    /// The mean probability of the class that is answered.
    pub confidence: f32,
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
