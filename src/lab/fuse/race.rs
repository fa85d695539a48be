//! The race: contestants learn the same samples in the same order, a step each in turn.

use web_time::Instant;

use super::Contestant;
use super::batch::{NetworkInput, answers, inputs};
use super::evaluation::{LearnerMetrics, RaceStep};
use super::modality::Modality;
use super::settings::RaceSettings;
use super::task::{CLASSES, Sample, TOKENS, WORDS};
use super::{fusion, network};
use crate::device::{CompiledPlan, Device, DeviceError};
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
        let plan = network::training(contestant, &settings.modalities, settings.batch);
        let trainer = SmallTrainer::new(device, plan, settings.seed, own).await?;
        let inference =
            trainer.compile(network::inference(contestant, &settings.modalities, EVAL_BATCH)).await?;
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
        let logits = fusion::logits(settings.modalities.len());
        let own = [("mix_logit".to_string(), HostTensor::zeros([logits]))];
        for contestant in settings.entrants() {
            entrants.push(Entrant::new(device, &settings, contestant, &own).await?);
        }
        let samples = settings.source().held_out(HELD_OUT);
        let answer = |index| settings.source().training(index).answer;
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
        let modalities = &self.settings.modalities;
        let inputs = [inputs(&given, modalities), answers(&samples)].concat();
        trainer.forward(&inputs)?;
        if entrant.contestant == Contestant::Modulated {
            let factors = modulate(trainer, modalities, &samples, modulation).await?;
            trainer.write(&factors);
        }
        let loss = trainer.learn(rate).await?;
        let milliseconds = 1e3 * start.elapsed().as_secs_f32();
        let mut grad_norms = Vec::new();
        for modality in modalities {
            let name = format!("grad_norm.{}", modality.name());
            grad_norms.push(match trainer.has(&name) {
                true => Some(trainer.read(&name).await?.as_f32()[0]),
                false => None,
            });
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
        let sample = |i| self.settings.source().training(from + i);
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
            shuffle(&mut given, self.settings.modalities[0]);
        }
        let noise = contestant.learns_noise();
        if !noise && !contestant.learns_without() {
            return given;
        }
        let mut rng =
            Rng::from_seed(self.settings.seed ^ (self.step + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let choices = (1 << self.settings.modalities.len()) - 2;
        for given in &mut given {
            // Any that leave one another: of two modalities one.
            let (hits, code) = (rng.below(100) < usize::from(self.settings.dropout), 1 + rng.below(choices));
            let hit =
                self.settings.modalities.iter().enumerate().filter(|(at, _)| hits && code >> at & 1 == 1);
            for (_, &modality) in hit {
                match noise {
                    true => disturb(given, modality, &mut rng),
                    false => given.present[modality as usize] = false,
                }
            }
        }
        given
    }
}

/// Every sample gets its neighbour's modality.
pub(super) fn shuffle(given: &mut [NetworkInput], modality: Modality) {
    let first = given[0].clone();
    for at in 0..given.len() - 1 {
        let (own, others) = given[at..].split_first_mut().expect("there are two");
        own.take(&others[0], modality);
    }
    given[given.len() - 1].take(&first, modality);
}

/// Noise in the place of a modality: grain, or words at random.
fn disturb(given: &mut NetworkInput, modality: Modality, rng: &mut Rng) {
    let byte = |_: &u8| (rng.next_u64() >> 56) as u8;
    match modality {
        Modality::Picture => given.picture = given.picture.iter().map(byte).collect(),
        Modality::Words => given.words = [(); TOKENS].map(|()| rng.below(WORDS.len()) as u32),
        Modality::Sound => given.sound = given.sound.iter().map(byte).collect(),
    }
}

/// Factors `1 - tanh(α ρ)` for the gradient of a modality that is ahead by `ρ > 1`, the ratio of the probability that it gives
/// to the right answers to the mean of the others'; 1 for one that is not (Peng et al. 2022, section 3.2).
async fn modulate(
    trainer: &SmallTrainer,
    modalities: &[Modality],
    samples: &[Sample],
    strength: f32,
) -> Result<Inputs, DeviceError> {
    let mut sure = Vec::new();
    for modality in modalities {
        let logits = trainer.read(&format!("logits.{}", modality.name())).await?;
        let right = |(row, sample): (&[f32], &Sample)| {
            let answer = sample.answer as usize;
            1.0 / (1.0 + (row[1 - answer] - row[answer]).exp())
        };
        sure.push(logits.as_f32().chunks_exact(CLASSES).zip(samples).map(right).sum::<f32>());
    }
    let factor = |(at, modality): (usize, &Modality)| {
        let others = sure.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, sure)| sure);
        let mean = others.sum::<f32>() / (sure.len() - 1) as f32;
        let factor = if sure[at] > mean { 1.0 - (strength * sure[at] / mean).tanh() } else { 1.0 };
        (format!("modulate.{}", modality.name()), HostTensor::f32([1], vec![factor]))
    };
    Ok(modalities.iter().enumerate().map(factor).collect())
}
