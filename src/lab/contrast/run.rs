//! A contrastive run: its training and its figures.

use std::rc::Rc;

use super::data::{self, Order, Pair, Pool};
use super::measure::{self, products, standardised, unit};
use super::partner::Partner;
use super::rate::rate;
use super::towers::encode;
use super::{
    ContrastEval, ContrastMetrics, ContrastSettings, Correlations, Geometry, HardNegative, PcaMap,
    ScoreMatrix, Space, Temperature,
};
use super::{Loss, score};
use crate::device::{CompiledPlan, Device, DeviceError};
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;
use crate::train::small_trainer::{Inputs, SmallTrainer, replay, training_plan};
use crate::world::scene::MAX_OBJECTS;

/// Most rows and columns of [`ScoreMatrix`] and of [`Correlations`].
const SHOWN: usize = 32;

/// A model in training.
pub struct Run {
    pub settings: ContrastSettings,
    trainer: SmallTrainer,
    constants: Inputs,
    pool: Pool,
    order: Order,
    /// Numbers of the pairs of the last batch.
    batch: Vec<usize>,
    held_out: Vec<Rc<Pair>>,
    measuring: Option<CompiledPlan>,
}

impl Run {
    /// A model with random weights; that the settings pass [`ContrastSettings::check`] is the caller's to see to.
    pub async fn begin(device: &Device, settings: ContrastSettings) -> Result<Self, DeviceError> {
        let scalar = |name: &str, value: f32| (name.to_string(), HostTensor::f32([1], vec![value]));
        let own = match settings.loss {
            Loss::Sigmoid => vec![scalar("logit_scale", 10f32.ln()), scalar("logit_bias", -10.0)],
            Loss::InfoNce => Vec::new(),
        };
        Run::with(device, settings, &own, 0).await
    }

    /// A run that stands at `step`, some of whose weights are given.
    pub(super) async fn with(
        device: &Device,
        settings: ContrastSettings,
        own: &[(String, HostTensor)],
        step: u64,
    ) -> Result<Self, DeviceError> {
        assert_eq!(settings.check(), Ok(()));
        let pool = Pool::new(MAX_OBJECTS, Partner::Words);
        let mut trainer =
            SmallTrainer::new(device, Run::training_plan(&settings), settings.seed, own).await?;
        trainer.step = step;
        let constants = score::constants(&settings);
        let (order, held_out) = (Order::new(settings.seed), pool.held_out());
        Ok(Run { settings, trainer, constants, pool, order, batch: Vec::new(), held_out, measuring: None })
    }

    pub(super) fn training_plan(settings: &ContrastSettings) -> Plan {
        let reading = Pool::new(MAX_OBJECTS, Partner::Words).reading();
        training_plan(|b| score::loss(b, settings, reading), |_, weights| weights)
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.trainer.step
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.trainer.parameters
    }

    /// Every weight by name.
    pub async fn weights(&self) -> Result<Inputs, DeviceError> {
        self.trainer.weights().await
    }

    /// One step on the next batch.
    pub async fn step(&mut self) -> Result<ContrastMetrics, DeviceError> {
        self.batch = self.order.batch(&mut self.pool, self.settings.batch);
        let pairs: Vec<Rc<Pair>> = self.batch.iter().map(|number| self.pool.get(*number)).collect();
        let mut inputs = inputs(&pairs, self.settings.hard_negatives);
        inputs.extend(self.constants.iter().cloned());
        let rate = rate(self.settings.micro_rate, self.settings.steps, self.trainer.step + 1);
        let loss = self.trainer.step(&inputs, rate).await?;
        let part = async |name: &str, exists: bool| -> Result<Option<f32>, DeviceError> {
            match exists {
                true => Ok(Some(self.trainer.read(name).await?.as_f32()[0])),
                false => Ok(None),
            }
        };
        let directed = self.settings.loss == Loss::InfoNce && self.settings.space != Space::Coordinated;
        let (to_text, to_picture) = (part("to_text", directed).await?, part("to_picture", directed).await?);
        let temperature = self.temperature().await?;
        Ok(ContrastMetrics { step: self.trainer.step, loss, to_text, to_picture, temperature })
    }

    async fn temperature(&self) -> Result<Option<f32>, DeviceError> {
        if self.settings.space != Space::Shared {
            return Ok(None);
        }
        Ok(Some(match self.settings.temperature {
            Temperature::Fixed { milli } => milli as f32 / 1000.0,
            Temperature::Learned => (-self.trainer.weight("logit_scale").await?.as_f32()[0]).exp(),
        }))
    }

    /// What the model has learned so far.
    pub async fn figures(&mut self) -> Result<ContrastEval, DeviceError> {
        if self.measuring.is_none() {
            self.measuring = Some(self.trainer.compile(self.measuring_plan()).await?);
        }
        let (scores, geometry, map) = self.measured().await?;
        let count = self.held_out.len();
        let own = measure::block(&scores, count, 0, count);
        Ok(ContrastEval {
            step: self.trainer.step,
            to_text: measure::retrieval(&own),
            to_picture: measure::retrieval(&measure::transposed(&own)),
            chance: measure::chance(count),
            word_accuracy: measure::word_accuracy(&scores),
            geometry,
            matrix: self.matrix().await?,
            correlations: self.correlations().await?,
            map,
        })
    }

    /// Scores `[N, 2N]` of the held-out pairs, and how their vectors lie.
    async fn measured(&self) -> Result<(HostTensor, Option<Geometry>, PcaMap), DeviceError> {
        let compiled = self.measuring.as_ref().expect("it was compiled");
        let inputs = inputs(&self.held_out, true);
        let count = self.held_out.len();
        if self.settings.space == Space::Joint {
            let [scores, vectors] = replay(compiled, &inputs, ["scores", "vectors"]).await?;
            return Ok((scores, None, joint_map(&vectors)));
        }
        let [x, y] = replay(compiled, &inputs, ["picture", "text"]).await?;
        let own = measure::block(&y, count, 0, y.shape.last());
        let (x, y) = match self.settings.space {
            Space::Coordinated => (standardised(&x, &x), standardised(&y, &own)),
            _ => (x, y),
        };
        let (x, y) = (unit(&x), unit(&y));
        let own = measure::block(&y, count, 0, y.shape.last());
        Ok((products(&x, &y), Some(measure::geometry(&x, &own)), measure::map(&x, &own)))
    }

    /// The held-out pictures and captions, these with their altered forms after them.
    fn measuring_plan(&self) -> Plan {
        let mut b = PlanBuilder::new();
        let count = self.held_out.len();
        let encoded = encode(&mut b, "", count, 2 * count, self.pool.reading());
        let vectors = [encoded.picture, encoded.text];
        if self.settings.space == Space::Joint {
            let [scores, vectors] = score::fused(&mut b, vectors, self.settings.width);
            b.name(scores, "scores");
            b.name(vectors, "vectors");
        } else {
            score::embeddings(&mut b, vectors, self.settings.width);
        }
        b.finish()
    }

    async fn matrix(&self) -> Result<ScoreMatrix, DeviceError> {
        let size = self.batch.len().min(SHOWN);
        if size == 0 {
            return Ok(ScoreMatrix::default());
        }
        let pairs = self.batch[..size].to_vec();
        if self.settings.space == Space::Coordinated {
            let [x, y] = ["picture", "text"];
            let (x, y) = (self.trainer.read(x).await?, self.trainer.read(y).await?);
            let (x, y) = (unit(&standardised(&x, &x)), unit(&standardised(&y, &y)));
            let cosines = measure::block(&products(&x, &y), size, 0, size).as_f32().to_vec();
            let logits = cosines.clone();
            return Ok(ScoreMatrix { size, pairs, logits, cosines: Some(cosines), altered: Vec::new() });
        }
        let all = self.trainer.read("logits").await?;
        let cosines = match self.settings.space {
            Space::Shared => Some(self.trainer.read("cosines").await?),
            _ => None,
        };
        let shown = |all: &HostTensor| measure::block(all, size, 0, size).as_f32().to_vec();
        let altered = |i: usize| HardNegative {
            text: self.pool.get_known(pairs[i]).altered.clone(),
            logit: all.as_f32()[i * all.shape.last() + self.batch.len() + i],
        };
        let altered = (0..size).filter(|_| self.settings.hard_negatives).map(altered).collect();
        Ok(ScoreMatrix {
            size,
            logits: shown(&all),
            cosines: cosines.as_ref().map(shown),
            altered,
            pairs: pairs.clone(),
        })
    }

    async fn correlations(&self) -> Result<Option<Correlations>, DeviceError> {
        if self.settings.space != Space::Coordinated || self.batch.is_empty() {
            return Ok(None);
        }
        let all = self.trainer.read("correlations").await?;
        let size = all.shape.last().min(SHOWN);
        Ok(Some(Correlations { size, values: measure::block(&all, size, 0, size).as_f32().to_vec() }))
    }
}

/// Inputs of the towers: pictures and captions, and the altered captions after them.
fn inputs(pairs: &[Rc<Pair>], altered: bool) -> Inputs {
    let own = pairs.iter().map(|pair| &pair.ids[..]);
    let others = pairs.iter().filter(|_| altered).map(|pair| &pair.altered_ids[..]);
    let mut inputs = data::texts(own.chain(others));
    inputs.push(data::pixels(pairs));
    inputs
}

/// Vectors `[N, 2N, D]` of pairs: those of the diagonal, and those one column beside it.
fn joint_map(vectors: &HostTensor) -> PcaMap {
    let [n, m, width] = vectors.shape[..] else { unreachable!("a vector for every pair") };
    let pick = |beside: usize| {
        let row = |i: usize| {
            let at = (i * m + (i + beside) % n) * width;
            &vectors.as_f32()[at..at + width]
        };
        HostTensor::f32([n, width], (0..n).flat_map(row).copied().collect())
    };
    measure::map(&pick(0), &pick(1))
}
