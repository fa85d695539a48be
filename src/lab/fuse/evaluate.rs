//! How the contestants do on held-out samples.

use super::Contestant;
use super::batch::{NetworkInput, inputs};
use super::evaluation::{Confusion, Evaluation, SubsetScore};
use super::head::WIDTH;
use super::modality::Modality;
use super::race::{EVAL_BATCH, Entrant, Race, shuffle};
use super::task::CLASSES;
use super::{attending, encoders};
use crate::device::{CompiledPlan, DeviceError};
use crate::softmax::softmax;
use crate::train::small_trainer::{SmallTrainer, replay};

impl Race {
    /// How contestant `at` of [`super::RaceSettings::entrants`] does: a piece of work a few steps long.
    pub async fn evaluate(&self, at: usize) -> Result<Evaluation, DeviceError> {
        let (entrant, modalities) = (&self.entrants[at], &self.settings.modalities);
        let all = self.given(entrant.contestant);
        let (mut subsets, mut probabilities) = (Vec::new(), Vec::new());
        for present in Modality::subsets(modalities) {
            let mut given = all.clone();
            given.iter_mut().for_each(|given| given.keep(&present));
            // The last is with all.
            probabilities = self.answers(at, &given).await?;
            let sure: f32 = probabilities.iter().map(|p| p.max(1.0 - p)).sum();
            let (accuracy, confidence) =
                (self.confusion(&probabilities).accuracy(), sure / probabilities.len() as f32);
            subsets.push(SubsetScore { present, accuracy, confidence });
        }
        let mut evaluation = Evaluation {
            contestant: entrant.contestant,
            step: self.step,
            parameters: entrant.trainer.as_ref().map_or(0, |(trainer, _)| trainer.parameters as u32),
            confusion: self.confusion(&probabilities),
            subsets,
            probabilities,
            gates: Vec::new(),
            alpha: Vec::new(),
            interaction: Vec::new(),
            attention: Vec::new(),
        };
        if let Some((trainer, inference)) = &entrant.trainer {
            Inside { trainer, inference, given: &all, modalities }.look(&mut evaluation).await?;
        }
        Ok(evaluation)
    }

    /// The probability of class 1 for each of `given`, whose number is that of the held-out samples.
    pub async fn answers(&self, at: usize, given: &[NetworkInput]) -> Result<Vec<f32>, DeviceError> {
        let Entrant { trainer: Some((_, inference)), .. } = &self.entrants[at] else {
            return Ok(vec![self.majority; given.len()]);
        };
        let mut all = Vec::with_capacity(given.len());
        for part in given.chunks_exact(EVAL_BATCH) {
            let [rows] =
                replay(inference, &inputs(part, &self.settings.modalities), ["probabilities"]).await?;
            all.extend(rows.as_f32().chunks_exact(CLASSES).map(|row| row[1]));
        }
        Ok(all)
    }

    /// What a contestant is given of the held-out samples.
    pub fn given(&self, contestant: Contestant) -> Vec<NetworkInput> {
        let mut given: Vec<NetworkInput> = self.samples.iter().map(NetworkInput::from).collect();
        if contestant == Contestant::Shuffled {
            shuffle(&mut given, self.settings.modalities[0]);
        }
        given
    }

    /// Truths of the held-out samples beside what was answered; a probability of exactly one half is answered with class 0.
    pub fn confusion(&self, probabilities: &[f32]) -> Confusion {
        let mut confusion = Confusion::default();
        for (sample, &probability) in self.samples.iter().zip(probabilities) {
            confusion.add(sample.answer, u32::from(probability > 0.5));
        }
        confusion
    }
}

/// What a contestant's fusion does with samples.
struct Inside<'a> {
    trainer: &'a SmallTrainer,
    inference: &'a CompiledPlan,
    given: &'a [NetworkInput],
    modalities: &'a [Modality],
}

impl Inside<'_> {
    /// Gates, mix, interaction and attention.
    async fn look(&self, evaluation: &mut Evaluation) -> Result<(), DeviceError> {
        let count = self.modalities.len();
        match evaluation.contestant {
            Contestant::Gate => evaluation.gates = self.shares("gate", |row| mean_gate(row, count)).await?,
            Contestant::Pool => evaluation.gates = self.shares("pool_weights", <[f32]>::to_vec).await?,
            Contestant::Reliability => {
                let relative = |row: &[f32]| row.iter().map(|own| own / row.iter().sum::<f32>()).collect();
                evaluation.gates = self.shares("trust", relative).await?;
            }
            Contestant::Experts => evaluation.gates = self.shares("route", <[f32]>::to_vec).await?,
            Contestant::Late | Contestant::Modulated => {
                evaluation.alpha = alpha(self.trainer.weight("mix_logit").await?.as_f32());
            }
            Contestant::Bilinear if count == 2 => evaluation.interaction = self.interaction().await?,
            Contestant::Cross | Contestant::CoAttention => evaluation.attention = self.attention().await?,
            _ => {}
        }
        Ok(())
    }

    /// Of every sample what `of` makes of its row of a trace, value by value.
    async fn shares(
        &self,
        trace: &str,
        of: impl Fn(&[f32]) -> Vec<f32>,
    ) -> Result<Vec<Vec<f32>>, DeviceError> {
        let mut all: Vec<Vec<f32>> = Vec::new();
        for part in self.given.chunks_exact(EVAL_BATCH) {
            let [rows] = replay(self.inference, &inputs(part, self.modalities), [trace]).await?;
            let rows = rows.as_f32();
            for row in rows.chunks_exact(rows.len() / EVAL_BATCH) {
                let shares = of(row);
                all.resize(shares.len(), Vec::new());
                all.iter_mut().zip(shares).for_each(|(all, share)| all.push(share));
            }
        }
        Ok(all)
    }

    /// The first sample's `[heads, T, S]` to `[T, S]`.
    async fn attention(&self) -> Result<Vec<f32>, DeviceError> {
        let reader = attending::reader(self.modalities);
        let probs = format!("fusion.{}.blocks.0.cross_attn.attention_probs", reader.name());
        let first = inputs(&self.given[..EVAL_BATCH], self.modalities);
        let [probs] = replay(self.inference, &first, [probs.as_str()]).await?;
        let probs = &probs.as_f32()[..probs.as_f32().len() / EVAL_BATCH];
        let others = self.modalities.iter().filter(|modality| **modality != reader);
        let map = encoders::tokens(reader) * others.map(|other| encoders::tokens(*other)).sum::<usize>();
        let heads = probs.len() / map;
        let mean = |at: usize| (0..heads).map(|head| probs[head * map + at]).sum::<f32>() / heads as f32;
        Ok((0..map).map(mean).collect())
    }

    /// `Uᵀ diag(w₁ - w₀) V`, `[D, D]`: how much a pair of features speaks for class 1.
    async fn interaction(&self) -> Result<Vec<f32>, DeviceError> {
        let mut factors = Vec::new();
        for modality in self.modalities {
            factors.push(self.trainer.weight(&format!("bilinear_{}.weight", modality.name())).await?);
        }
        let out = self.trainer.weight("bilinear_out.weight").await?;
        let (u, v, w) = (factors[0].as_f32(), factors[1].as_f32(), out.as_f32());
        let rank = out.shape.last();
        let pair = |at: usize| {
            let (i, j) = (at / WIDTH, at % WIDTH);
            let term = |r: usize| u[r * WIDTH + i] * (w[rank + r] - w[r]) * v[r * WIDTH + j];
            (0..rank).map(term).sum()
        };
        Ok((0..WIDTH * WIDTH).map(pair).collect())
    }
}

/// Means over features of gates `[D, n]`; of two modalities `[D]`, the first's, and the rest.
fn mean_gate(row: &[f32], count: usize) -> Vec<f32> {
    let mean = |at: usize, of: usize| {
        let own: Vec<f32> = row.iter().skip(at).step_by(of).copied().collect();
        own.iter().sum::<f32>() / own.len() as f32
    };
    match count {
        2 => vec![mean(0, 1), 1.0 - mean(0, 1)],
        _ => (0..count).map(|at| mean(at, count)).collect(),
    }
}

/// The shares that mix logits stand for, see `fusion::shares`.
fn alpha(logits: &[f32]) -> Vec<f32> {
    let rest = (logits.len() == 1).then_some(0.0);
    let shares = softmax(logits.iter().map(|&logit| f64::from(logit)).chain(rest));
    shares.into_iter().map(|share| share as f32).collect()
}
