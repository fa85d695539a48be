//! What a visitor chooses of a contrastive run.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Where pictures and words meet.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Space {
    /// One space for both; a pair scores by the cosine of its two vectors (Radford et al. 2021).
    Shared,
    /// One vector for every pair, fused from both towers and scored by itself.
    Joint,
    /// A space for each, aligned dimension by dimension through correlation (Andrew et al. 2013; Zbontar et al. 2021).
    Coordinated,
}

impl Space {
    pub const ALL: [Self; 3] = [Self::Shared, Self::Joint, Self::Coordinated];

    /// A word for addresses and files.
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// How the scores of a batch become a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// Cross-entropy of the right partner among those of the batch (van den Oord et al. 2018).
    InfoNce,
    /// A yes or no for every pair by itself (Zhai et al. 2023).
    Sigmoid,
}

/// Who has to find whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    Both,
    /// Every picture its caption.
    ToText,
    /// Every caption its picture.
    ToPicture,
}

/// What cosines are divided by before the softmax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Temperature {
    /// A weight like the others; of [`Space::Joint`], whose scores have no bounds, and of [`Space::Coordinated`], whose
    /// loss has no softmax, it is none.
    Learned,
    /// In thousandths: 70 is the 0.07 that CLIP begins with.
    Fixed { milli: u32 },
}

/// A contrastive run, whole: equal settings give equal losses, bit by bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContrastSettings {
    /// Of the initial weights and of the order of the batches.
    pub seed: u64,
    /// Pairs of a step, `N`.
    pub batch: usize,
    pub space: Space,
    pub loss: Loss,
    pub direction: Direction,
    /// Whether the captions of the batch with one word exchanged stand beside it, for the pictures to tell apart.
    pub hard_negatives: bool,
    pub temperature: Temperature,
    /// Numbers of an embedding, `E`.
    pub width: usize,
    /// Peak learning rate in millionths.
    pub micro_rate: u32,
    /// Steps over which the learning rate rises and falls; a run can go on beyond them at the lowest rate.
    pub steps: u64,
}

impl ContrastSettings {
    pub const BATCH: RangeInclusive<usize> = 8..=128;
    pub const WIDTH: RangeInclusive<usize> = 2..=128;
    pub const MILLI: RangeInclusive<u32> = 5..=2_000;
    pub const MICRO_RATE: RangeInclusive<u32> = 1..=20_000;
    pub const STEPS: RangeInclusive<u64> = 10..=20_000;

    /// Whether these can be run; if not, why, in a sentence for the visitor.
    pub fn check(&self) -> Result<(), String> {
        self.ranges()?;
        let (coordinated, sigmoid) = (self.space == Space::Coordinated, self.loss == Loss::Sigmoid);
        let fixed = self.temperature != Temperature::Learned;
        let one_way = self.direction != Direction::Both;
        let complaint = if coordinated && (sigmoid || one_way || self.hard_negatives) {
            "A coordinated space learns from correlations, not from scores of pairs: loss, direction and hard \
             negatives do not apply."
        } else if self.space != Space::Shared && fixed {
            "Only the shared space divides cosines by a temperature: leave it learned."
        } else if sigmoid && one_way {
            "The sigmoid loss classifies every pair by itself and has no direction: choose both."
        } else if self.hard_negatives && self.direction == Direction::ToPicture {
            "Hard negatives are captions for the pictures to refuse: choose a direction that goes to text."
        } else {
            return Ok(());
        };
        Err(complaint.to_string())
    }

    fn ranges(&self) -> Result<(), String> {
        let inside = |what: &str, value: u64, low: u64, high: u64| match (low..=high).contains(&value) {
            true => Ok(()),
            false => Err(format!("The {what} must lie between {low} and {high}, not at {value}.")),
        };
        let sizes = |range: RangeInclusive<usize>| (*range.start() as u64, *range.end() as u64);
        let (low, high) = sizes(Self::BATCH);
        inside("batch", self.batch as u64, low, high)?;
        let (low, high) = sizes(Self::WIDTH);
        inside("width of the embedding", self.width as u64, low, high)?;
        if let Temperature::Fixed { milli } = self.temperature {
            let (low, high) = (*Self::MILLI.start(), *Self::MILLI.end());
            inside("temperature in thousandths", milli.into(), low.into(), high.into())?;
        }
        let (low, high) = (*Self::MICRO_RATE.start(), *Self::MICRO_RATE.end());
        inside("learning rate in millionths", self.micro_rate.into(), low.into(), high.into())?;
        inside("number of steps", self.steps, *Self::STEPS.start(), *Self::STEPS.end())
    }
}

impl Default for ContrastSettings {
    fn default() -> Self {
        ContrastSettings {
            seed: 1,
            batch: 64,
            space: Space::Shared,
            loss: Loss::InfoNce,
            direction: Direction::Both,
            hard_negatives: false,
            temperature: Temperature::Learned,
            width: 64,
            micro_rate: 3_000,
            steps: 400,
        }
    }
}
