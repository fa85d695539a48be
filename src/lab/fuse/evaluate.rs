//! How the contestants do on held-out samples.

use super::Contestant;
use super::batch::{NetworkInput, inputs};
use super::evaluation::{Confusion, Evaluation, HeldOutSample};
use super::head::WIDTH;
use super::modality::MODALITIES;
use super::network::CELLS;
use super::race::{EVAL_BATCH, Entrant, Race, shuffle_pictures};
use super::task::{CLASSES, TOKENS, sentence};
use crate::device::{CompiledPlan, DeviceError};
use crate::train::small_trainer::{SmallTrainer, replay};

impl Race {
    /// How contestant `at` of [`super::RaceSettings::entrants`] does: a piece of work a few steps long.
    pub async fn evaluate(&self, at: usize) -> Result<Evaluation, DeviceError> {
        let entrant = &self.entrants[at];
        let all = self.given(entrant.contestant);
        let probabilities = self.answers(at, &all).await?;
        let mut evaluation = Evaluation {
            contestant: entrant.contestant,
            step: self.step,
            parameters: entrant.trainer.as_ref().map_or(0, |(trainer, _)| trainer.parameters as u32),
            confusion: self.confusion(&probabilities),
            alone: [0.0; 2],
            probabilities,
            gates: Vec::new(),
            alpha: None,
            interaction: Vec::new(),
            attention: Vec::new(),
        };
        for (kept, accuracy) in evaluation.alone.iter_mut().enumerate() {
            let mut given = all.clone();
            given.iter_mut().for_each(|given| given.present[1 - kept] = false);
            let probabilities = self.answers(at, &given).await?;
            *accuracy = self.confusion(&probabilities).accuracy();
        }
        if let Some((trainer, inference)) = &entrant.trainer {
            inside(entrant.contestant, trainer, inference, &all, &mut evaluation).await?;
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
            let [rows] = replay(inference, &inputs(part), ["probabilities"]).await?;
            all.extend(rows.as_f32().chunks_exact(CLASSES).map(|row| row[1]));
        }
        Ok(all)
    }

    /// What a contestant is given of the held-out samples.
    pub fn given(&self, contestant: Contestant) -> Vec<NetworkInput> {
        let mut given: Vec<NetworkInput> = self.samples.iter().map(NetworkInput::from).collect();
        if contestant == Contestant::Shuffled {
            shuffle_pictures(&mut given);
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

    /// Held-out sample `at` as the page shows it.
    pub fn held_out_sample(&self, at: usize) -> HeldOutSample {
        let sample = &self.samples[at];
        HeldOutSample {
            picture: sample.picture.clone(),
            sentence: sentence(&sample.words),
            answer: sample.answer,
            information: sample.information,
        }
    }
}

/// Gates, mix, interaction and attention: what the fusion does inside.
async fn inside(
    contestant: Contestant,
    trainer: &SmallTrainer,
    inference: &CompiledPlan,
    given: &[NetworkInput],
    evaluation: &mut Evaluation,
) -> Result<(), DeviceError> {
    let (name, share): (_, fn(&[f32]) -> f32) = match contestant {
        Contestant::Gate => ("gate", |row| row.iter().sum::<f32>() / row.len() as f32),
        Contestant::Pool => ("pool_weights", |row| row[0]),
        Contestant::Reliability => ("trust", |row| row[0] / (row[0] + row[1])),
        Contestant::Experts => ("route", |row| row[0]),
        Contestant::Late | Contestant::Modulated => {
            let logit = trainer.weight("mix_logit").await?.as_f32()[0];
            evaluation.alpha = Some(1.0 / (1.0 + (-logit).exp()));
            return Ok(());
        }
        Contestant::Bilinear => {
            evaluation.interaction = interaction(trainer).await?;
            return Ok(());
        }
        Contestant::Cross | Contestant::CoAttention => {
            let probs = "fusion.words.blocks.0.cross_attn.attention_probs";
            let [probs] = replay(inference, &inputs(&given[..EVAL_BATCH]), [probs]).await?;
            evaluation.attention = mean_of_heads(&probs.as_f32()[..probs.as_f32().len() / EVAL_BATCH]);
            return Ok(());
        }
        _ => return Ok(()),
    };
    for part in given.chunks_exact(EVAL_BATCH) {
        let [rows] = replay(inference, &inputs(part), [name]).await?;
        evaluation.gates.extend(rows.as_f32().chunks_exact(rows.shape.last()).map(share));
    }
    Ok(())
}

/// `[heads, T, C]` to `[T, C]`.
fn mean_of_heads(probs: &[f32]) -> Vec<f32> {
    let (map, heads) = (TOKENS * CELLS, probs.len() / (TOKENS * CELLS));
    (0..map).map(|at| (0..heads).map(|head| probs[head * map + at]).sum::<f32>() / heads as f32).collect()
}

/// `Uᵀ diag(w₁ - w₀) V`, `[D, D]`: how much a pair of features speaks for class 1.
async fn interaction(trainer: &SmallTrainer) -> Result<Vec<f32>, DeviceError> {
    let mut factors = Vec::new();
    for modality in MODALITIES {
        factors.push(trainer.weight(&format!("bilinear_{modality}.weight")).await?);
    }
    let out = trainer.weight("bilinear_out.weight").await?;
    let (u, v, w) = (factors[0].as_f32(), factors[1].as_f32(), out.as_f32());
    let rank = out.shape.last();
    let pair = |at: usize| {
        let (i, j) = (at / WIDTH, at % WIDTH);
        let term = |r: usize| u[r * WIDTH + i] * (w[rank + r] - w[r]) * v[r * WIDTH + j];
        (0..rank).map(term).sum()
    };
    Ok((0..WIDTH * WIDTH).map(pair).collect())
}
