//! The training loop's state: weights and moments in a parameter store, one compiled plan for each of the stage’s sizes, the
//! step counter.

use std::collections::HashMap;
use std::rc::Rc;

use super::batch::Batch;
use super::objective::{LOSS, PARTS, training_plan};
use super::schedule::Schedule;
use super::sizes::Sizes;
use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::model::init;
use crate::model::playroom::Config;
use crate::ops::adamw::is_moment;
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
    params: ParamStore,
    plans: HashMap<Sizes, CompiledPlan>,
}

impl Trainer {
    /// A trainer with random weights.
    pub fn new(device: &Device, config: Config, schedule: Schedule, seed: u64, batch: usize) -> Self {
        Trainer {
            config,
            schedule,
            seed,
            batch,
            step: 0,
            params: device.param_store(),
            plans: HashMap::new(),
        }
    }

    /// Puts stored tensors (weights, moments) in place, by name.
    pub fn restore(&mut self, tensors: &[(String, HostTensor)], step: u64) -> Result<(), DeviceError> {
        for (name, tensor) in tensors {
            self.params.store(name, tensor)?;
        }
        self.step = step;
        Ok(())
    }

    /// Every stored tensor by name: weights, and moments under `adamw.`.
    pub async fn stored(&self) -> Result<Vec<(String, HostTensor)>, DeviceError> {
        let mut tensors = Vec::new();
        for (name, _) in self.params.contents() {
            let tensor = self.params.read(&name).await?;
            tensors.push((name, tensor));
        }
        Ok(tensors)
    }

    /// One optimiser step on `batch`.
    pub async fn step(&mut self, batch: &Batch) -> Result<TrainingMetrics, DeviceError> {
        if !self.plans.contains_key(&batch.sizes) {
            // The plans of the stage before are not used again.
            self.plans.retain(|sizes, _| sizes.stage == batch.sizes.stage);
            let compiled = self.compile(batch.sizes).await?;
            self.plans.insert(batch.sizes, compiled);
        }
        let compiled = &self.plans[&batch.sizes];
        self.step += 1;
        let learning_rate = self.schedule.at(self.step);
        for (name, tensor) in &batch.inputs {
            compiled.write(name, tensor);
        }
        let hyper = HostTensor::f32([2], vec![learning_rate, self.step as f32]);
        compiled.write("hyper", &hyper);
        compiled.run(compiled.plan().all())?;
        let loss = self.scalar(compiled, LOSS).await?;
        let mut parts = [None; PARTS.len()];
        for (part, (name, _)) in parts.iter_mut().zip(PARTS) {
            if compiled.plan().find(name).is_some() {
                *part = Some(self.scalar(compiled, name).await?);
            }
        }
        let grad_norm = self.scalar(compiled, "grad_norm").await?;
        Ok(TrainingMetrics { step: self.step, learning_rate, loss, parts, grad_norm })
    }

    async fn scalar(&self, compiled: &CompiledPlan, name: &str) -> Result<f32, DeviceError> {
        Ok(compiled.read(name).await?.as_f32()[0])
    }

    async fn compile(&mut self, sizes: Sizes) -> Result<CompiledPlan, DeviceError> {
        let plan = Rc::new(training_plan(&self.config, sizes));
        self.initialise(&plan).await?;
        self.params.compile(plan).await
    }

    /// Stores initial values for whatever the parameter store lacks. Where the reader has learned to write before it learns to
    /// judge, its bidirectional self-attention starts as a copy of the causal one.
    async fn initialise(&mut self, plan: &Plan) -> Result<(), DeviceError> {
        let present: std::collections::HashSet<String> =
            self.params.contents().into_iter().map(|(name, _)| name).collect();
        for slot in plan.slots_of(SlotKind::Stored).filter(|slot| !present.contains(&slot.name)) {
            let causal = slot.name.replace(".self_attn.", ".causal_attn.");
            let tensor = match is_moment(&slot.name) {
                true => HostTensor::zeros(&slot.shape),
                false if present.contains(&causal) => self.params.read(&causal).await?,
                false => init::initial(&slot.name, &slot.shape, self.seed),
            };
            self.params.store(&slot.name, &tensor)?;
        }
        Ok(())
    }
}
