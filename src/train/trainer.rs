//! The training loop's state: weights and moments in a bank, one prepared plan for each of the stage’s sizes, the step counter.

use std::collections::HashMap;
use std::rc::Rc;

use super::batch::Batch;
use super::objective::{LOSS, PARTS, Sizes, training_plan};
use super::schedule::Schedule;
use crate::device::{Bank, Device, DeviceError, Prepared};
use crate::model::init;
use crate::model::playroom::Config;
use crate::plan::{Plan, SlotKind};
use crate::tensor::HostTensor;

/// What one step reports.
#[derive(Clone, Copy, Debug)]
pub struct TrainingMetrics {
    pub step: u64,
    pub learning_rate: f32,
    pub loss: f32,
    /// In the order of [`PARTS`]; none where the batch has no such part.
    pub parts: [Option<f32>; PARTS.len()],
    /// Norm of all gradients before clipping.
    pub grad_norm: f32,
}

pub struct Trainer {
    pub config: Config,
    pub schedule: Schedule,
    /// Seed of the initial weights and of the data.
    pub seed: u64,
    /// Pictures in a batch.
    pub batch: usize,
    /// Steps taken so far.
    pub step: u64,
    bank: Bank,
    plans: HashMap<Sizes, Prepared>,
}

impl Trainer {
    /// A trainer with random weights.
    pub fn new(device: &Device, config: Config, schedule: Schedule, seed: u64, batch: usize) -> Self {
        Trainer { config, schedule, seed, batch, step: 0, bank: device.bank(), plans: HashMap::new() }
    }

    /// Puts stored tensors (weights, moments) in place, by name.
    pub fn restore(&mut self, tensors: &[(String, HostTensor)], step: u64) -> Result<(), DeviceError> {
        for (name, tensor) in tensors {
            self.bank.store(name, tensor)?;
        }
        self.step = step;
        Ok(())
    }

    /// Every stored tensor by name: weights, and moments under `adamw.`.
    pub async fn stored(&self) -> Result<Vec<(String, HostTensor)>, DeviceError> {
        let mut tensors = Vec::new();
        for (name, _) in self.bank.contents() {
            let tensor = self.bank.fetch(&name).await?;
            tensors.push((name, tensor));
        }
        Ok(tensors)
    }

    /// One optimiser step on `batch`.
    pub async fn step(&mut self, batch: &Batch) -> Result<TrainingMetrics, DeviceError> {
        if !self.plans.contains_key(&batch.sizes) {
            // The plans of the stage before are not used again.
            self.plans.retain(|sizes, _| sizes.stage == batch.sizes.stage);
            let prepared = self.prepare(batch.sizes).await?;
            self.plans.insert(batch.sizes, prepared);
        }
        let prepared = &self.plans[&batch.sizes];
        self.step += 1;
        let learning_rate = self.schedule.at(self.step);
        for (name, tensor) in &batch.inputs {
            prepared.write(name, tensor);
        }
        let hyper = HostTensor::f32([2], vec![learning_rate, self.step as f32]);
        prepared.write("hyper", &hyper);
        prepared.run(prepared.plan().all())?;
        let loss = self.scalar(prepared, LOSS).await?;
        let mut parts = [None; PARTS.len()];
        for (part, (name, _)) in parts.iter_mut().zip(PARTS) {
            if prepared.plan().find(name).is_some() {
                *part = Some(self.scalar(prepared, name).await?);
            }
        }
        let grad_norm = self.scalar(prepared, "grad_norm").await?;
        Ok(TrainingMetrics { step: self.step, learning_rate, loss, parts, grad_norm })
    }

    async fn scalar(&self, prepared: &Prepared, name: &str) -> Result<f32, DeviceError> {
        Ok(prepared.read(name).await?.as_f32()[0])
    }

    async fn prepare(&mut self, sizes: Sizes) -> Result<Prepared, DeviceError> {
        let plan = Rc::new(training_plan(&self.config, sizes));
        self.initialise(&plan).await?;
        self.bank.prepare(plan).await
    }

    /// Stores initial values for whatever the bank lacks. Where the reader has learned to write before it learns to
    /// judge, its bidirectional self-attention starts as a copy of the causal one.
    async fn initialise(&mut self, plan: &Plan) -> Result<(), DeviceError> {
        let present: std::collections::HashSet<String> =
            self.bank.contents().into_iter().map(|(name, _)| name).collect();
        for slot in plan.slots_of(SlotKind::Stored).filter(|slot| !present.contains(&slot.name)) {
            let causal = slot.name.replace(".self_attn.", ".causal_attn.");
            let tensor = match slot.name.starts_with("adamw.") {
                true => HostTensor::zeros(&slot.shape),
                false if present.contains(&causal) => self.bank.fetch(&causal).await?,
                false => init::initial(&slot.name, &slot.shape, self.seed),
            };
            self.bank.store(&slot.name, &tensor)?;
        }
        Ok(())
    }
}
