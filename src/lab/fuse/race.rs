//! The race: contestants learn the same samples in the same order, a step each in turn.

use serde::{Deserialize, Serialize};
use web_time::Instant;

use super::Contestant;
use super::batch::{NetworkInput, answers, inputs};
use super::evaluation::{LearnerMetrics, RaceStep};
use super::modality::MODALITIES;
use super::network;
use super::task::{self, CLASSES, Information, Sample, TOKENS, Task, WORDS};
use crate::device::{CompiledPlan, Device, DeviceError};
use crate::lab::picture::SIDE;
use crate::tensor::HostTensor;
use crate::train::small_trainer::{Inputs, SmallTrainer};
use crate::world::Rng;

/// Held-out samples.
pub const HELD_OUT: usize = 256;
/// Held-out samples that are evaluated at a time.
pub(super) const EVAL_BATCH: usize = 64;
const _: () = assert!(HELD_OUT.is_multiple_of(EVAL_BATCH), "held-out samples are evaluated in whole batches");
/// Training samples by which the majority is told.
const COUNTED: u64 = 256;
/// Steps over which the learning rate rises.
const WARMUP: u64 = 20;

/// What a race is run with; equal settings give equal curves on one device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RaceSettings {
    pub seed: u64,
    pub task: Task,
    /// The baselines run besides.
    pub contestants: Vec<Contestant>,
    /// Samples of a step.
    pub batch: usize,
    /// Learning rate, in millionths.
    pub micro_rate: u32,
    /// How often a modality goes missing where a contestant learns without it, in percent.
    pub dropout: u8,
    /// Strength `α` of the modulation of gradients (Peng et al. 2022), in tenths.
    pub modulation: u8,
}

impl Default for RaceSettings {
    fn default() -> Self {
        RaceSettings {
            seed: 1,
            task: Task::pure(Information::Synergy),
            contestants: Contestant::FUSIONS.to_vec(),
            batch: 32,
            micro_rate: 1000,
            dropout: 40,
            modulation: 10,
        }
    }
}

impl RaceSettings {
    /// What the sabotage desk starts from: either modality suffices, and the words are learned sooner.
    pub fn sabotage() -> Self {
        RaceSettings {
            task: Task::pure(Information::Redundant),
            contestants: Contestant::ROBUST.to_vec(),
            ..RaceSettings::default()
        }
    }

    /// # Errors
    /// In one sentence, what cannot be run.
    pub fn check(&self) -> Result<(), String> {
        if self.task.parts.iter().all(|&part| part == 0) {
            return Err("The task has no samples: every part of the mixture is 0.".into());
        }
        if !(1..=256).contains(&self.batch) {
            return Err(format!("A batch of {} samples is not between 1 and 256.", self.batch));
        }
        if !(1..=100_000).contains(&self.micro_rate) {
            return Err(format!(
                "A learning rate of {} millionths is not between 1 and 100,000.",
                self.micro_rate
            ));
        }
        if self.dropout > 90 {
            return Err(format!(
                "A modality that misses {} % of the steps teaches too little.",
                self.dropout
            ));
        }
        Ok(())
    }

    /// The baselines and then the chosen, each once.
    pub fn entrants(&self) -> Vec<Contestant> {
        let mut entrants = Contestant::BASELINES.to_vec();
        for &contestant in &self.contestants {
            if !entrants.contains(&contestant) {
                entrants.push(contestant);
            }
        }
        entrants
    }
}

/// A contestant with its network; the majority has none.
pub(super) struct Entrant {
    pub contestant: Contestant,
    pub trainer: Option<(SmallTrainer, CompiledPlan)>,
}

impl Entrant {
    async fn new(
        device: &Device,
        settings: &RaceSettings,
        contestant: Contestant,
        own: &[(String, HostTensor)],
    ) -> Result<Self, DeviceError> {
        if contestant == Contestant::Majority {
            return Ok(Entrant { contestant, trainer: None });
        }
        let plan = network::training(contestant, settings.batch);
        let trainer = SmallTrainer::new(device, plan, settings.seed, own).await?;
        let inference = trainer.compile(network::inference(contestant, EVAL_BATCH)).await?;
        Ok(Entrant { contestant, trainer: Some((trainer, inference)) })
    }
}

/// A race under way.
pub struct Race {
    pub settings: RaceSettings,
    /// Steps that every contestant has taken.
    pub step: u64,
    /// The held-out samples.
    pub samples: Vec<Sample>,
    pub(super) entrants: Vec<Entrant>,
    /// The share of class 1 among the first training samples.
    pub(super) majority: f32,
    /// Samples and their inputs of the round under way, and what its learners told.
    round: Option<(Vec<Sample>, Vec<LearnerMetrics>)>,
}

impl Race {
    /// Contestants with random weights; those of equal name and shape start from equal values.
    pub async fn begin(device: &Device, settings: RaceSettings) -> Result<Self, DeviceError> {
        let mut entrants = Vec::new();
        let own = [("mix_logit".to_string(), HostTensor::zeros([1]))];
        for contestant in settings.entrants() {
            entrants.push(Entrant::new(device, &settings, contestant, &own).await?);
        }
        let samples = task::held_out(&settings.task, settings.seed, HELD_OUT);
        let answer = |index| task::training(&settings.task, settings.seed, index).answer;
        let majority = (0..COUNTED).map(answer).sum::<u32>() as f32 / COUNTED as f32;
        Ok(Race { settings, step: 0, samples, entrants, majority, round: None })
    }

    /// One contestant's step: a short piece of work. The round that it ends, if it does.
    pub async fn advance(&mut self) -> Result<Option<RaceStep>, DeviceError> {
        let (samples, mut learners) = match self.round.take() {
            Some(round) => round,
            None => (self.batch(), Vec::new()),
        };
        let mut rate = self.settings.micro_rate as f32 * 1e-6;
        rate *= ((self.step + 1) as f32 / WARMUP as f32).min(1.0);
        let modulation = f32::from(self.settings.modulation) / 10.0;
        let at = self.learner(learners.len());
        let given = self.taught(self.entrants[at].contestant, &samples);
        let entrant = &mut self.entrants[at];
        let (trainer, _) = entrant.trainer.as_mut().expect("learners have networks");
        let start = Instant::now();
        let inputs = [inputs(&given), answers(&samples)].concat();
        trainer.forward(&inputs)?;
        if entrant.contestant == Contestant::Modulated {
            let factors = modulate(trainer, &samples, modulation).await?;
            trainer.write(&factors);
        }
        let loss = trainer.learn(rate).await?;
        let milliseconds = 1e3 * start.elapsed().as_secs_f32();
        let mut grad_norms = [None; 2];
        for (norm, modality) in grad_norms.iter_mut().zip(MODALITIES) {
            let name = format!("grad_norm.{modality}");
            if trainer.has(&name) {
                *norm = Some(trainer.read(&name).await?.as_f32()[0]);
            }
        }
        learners.push(LearnerMetrics { contestant: entrant.contestant, loss, grad_norms, milliseconds });
        if learners.len() < self.entrants.iter().filter(|entrant| entrant.trainer.is_some()).count() {
            self.round = Some((samples, learners));
            return Ok(None);
        }
        self.step += 1;
        Ok(Some(RaceStep { step: self.step, learners }))
    }

    /// All contestants' next step.
    pub async fn round(&mut self) -> Result<RaceStep, DeviceError> {
        loop {
            if let Some(round) = self.advance().await? {
                return Ok(round);
            }
        }
    }

    /// The weights of a contestant by name; none of the majority.
    pub async fn weights(&self, contestant: Contestant) -> Result<Inputs, DeviceError> {
        match self.entrants.iter().find(|entrant| entrant.contestant == contestant) {
            Some(Entrant { trainer: Some((trainer, _)), .. }) => trainer.weights().await,
            _ => Ok(Vec::new()),
        }
    }

    /// Gives a contestant other weights; its place among the entrants.
    pub(super) async fn replace(
        &mut self,
        device: &Device,
        contestant: Contestant,
        own: &[(String, HostTensor)],
    ) -> Result<usize, DeviceError> {
        let at = self.entrants.iter().position(|entrant| entrant.contestant == contestant);
        let at = at.expect("the contestant takes part");
        self.entrants[at] = Entrant::new(device, &self.settings, contestant, own).await?;
        Ok(at)
    }

    fn batch(&self) -> Vec<Sample> {
        let from = self.step * self.settings.batch as u64;
        let sample = |i| task::training(&self.settings.task, self.settings.seed, from + i);
        (0..self.settings.batch as u64).map(sample).collect()
    }

    /// The place of the `n`-th learner among the entrants.
    fn learner(&self, n: usize) -> usize {
        let learners = self.entrants.iter().enumerate().filter(|(_, entrant)| entrant.trainer.is_some());
        learners.map(|(at, _)| at).nth(n).expect("a round ends with the last learner")
    }

    /// What a contestant is given of the training samples.
    fn taught(&self, contestant: Contestant, samples: &[Sample]) -> Vec<NetworkInput> {
        let mut given: Vec<NetworkInput> = samples.iter().map(NetworkInput::from).collect();
        if contestant == Contestant::Shuffled {
            shuffle_pictures(&mut given);
        }
        let noise = contestant.learns_noise();
        if !noise && !contestant.learns_without() {
            return given;
        }
        let mut rng =
            Rng::from_seed(self.settings.seed ^ (self.step + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for given in &mut given {
            let (hits, modality) = (rng.below(100) < usize::from(self.settings.dropout), rng.below(2));
            match (hits, noise) {
                (true, true) => disturb(given, modality, &mut rng),
                (true, false) => given.present[modality] = false,
                (false, _) => {}
            }
        }
        given
    }
}

/// Every sample gets its neighbour's picture.
pub(super) fn shuffle_pictures(given: &mut [NetworkInput]) {
    let first = given[0].picture.clone();
    for at in 0..given.len() - 1 {
        given[at].picture = given[at + 1].picture.clone();
    }
    given[given.len() - 1].picture = first;
}

/// Noise in the place of a modality: grey grain, or words at random.
fn disturb(given: &mut NetworkInput, modality: usize, rng: &mut Rng) {
    match modality {
        0 => given.picture = (0..SIDE * SIDE * 3).map(|_| (rng.next_u64() >> 56) as u8).collect(),
        _ => given.words = [(); TOKENS].map(|()| rng.below(WORDS.len()) as u32),
    }
}

/// Factors `1 - tanh(α ρ)` for the gradient of the modality that is ahead by `ρ > 1`, the ratio of the probabilities that
/// the two give to the right answers; 1 for the other (Peng et al. 2022, section 3.2).
async fn modulate(trainer: &SmallTrainer, samples: &[Sample], strength: f32) -> Result<Inputs, DeviceError> {
    let mut sure = [0.0f32; 2];
    for (sure, modality) in sure.iter_mut().zip(MODALITIES) {
        let logits = trainer.read(&format!("logits.{modality}")).await?;
        let right = |(row, sample): (&[f32], &Sample)| {
            let answer = sample.answer as usize;
            1.0 / (1.0 + (row[1 - answer] - row[answer]).exp())
        };
        *sure = logits.as_f32().chunks_exact(CLASSES).zip(samples).map(right).sum();
    }
    let factor = |own: f32, other: f32| if own > other { 1.0 - (strength * own / other).tanh() } else { 1.0 };
    let factors = [factor(sure[0], sure[1]), factor(sure[1], sure[0])];
    let input = |(modality, factor): (&str, f32)| {
        (format!("modulate.{modality}"), HostTensor::f32([1], vec![factor]))
    };
    Ok(MODALITIES.into_iter().zip(factors).map(input).collect())
}
