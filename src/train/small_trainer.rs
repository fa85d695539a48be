//! A small model in training: its weights, its training plan, and plans that show what it has learned.

use std::rc::Rc;

use super::update::update;
use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
pub use crate::infer::modality::Inputs;
use crate::model::init;
use crate::ops::adamw::is_moment;
use crate::plan::{Plan, PlanBuilder, SlotId, SlotKind};
use crate::tensor::{HostTensor, Shape};

/// The scalar that `objective` emits, readable as `loss`, with its backward pass and the update. `gradients` may emit
/// steps between the two, and hands on what the optimiser is to see.
pub fn training_plan(
    objective: impl FnOnce(&mut PlanBuilder) -> SlotId,
    gradients: impl FnOnce(&mut PlanBuilder, Vec<(SlotId, SlotId)>) -> Vec<(SlotId, SlotId)>,
) -> Plan {
    let mut b = PlanBuilder::training();
    let loss = b.range("forward", |b| {
        let loss = objective(b);
        b.name(loss, "loss");
        loss
    });
    let weights = b.range("backward", |b| {
        let weights = b.backward(loss);
        gradients(b, weights)
    });
    b.range("update", |b| update(b, &weights));
    b.finish()
}

/// Names and shapes of the weights that a plan trains or uses, without the optimiser's moments.
pub fn weights_of(plan: &Plan) -> Vec<(String, Shape)> {
    let weights = plan.slots_of(SlotKind::Stored).filter(|slot| !is_moment(&slot.name));
    weights.map(|slot| (slot.name.clone(), slot.shape.clone())).collect()
}

/// Their number of elements.
pub fn parameters(plan: &Plan) -> usize {
    weights_of(plan).iter().map(|(_, shape)| shape.numel()).sum()
}

/// A model with random weights, and its optimiser.
pub struct SmallTrainer {
    /// Number of weights.
    pub parameters: usize,
    /// Steps taken so far.
    pub step: u64,
    params: ParamStore,
    training: CompiledPlan,
}

impl SmallTrainer {
    /// Weights are drawn from `seed` and their names (see [`init::initial`]); `own` gives some of them, or of their moments,
    /// other values.
    pub async fn new(
        device: &Device,
        plan: Plan,
        seed: u64,
        own: &[(String, HostTensor)],
    ) -> Result<Self, DeviceError> {
        let mut params = device.param_store();
        for slot in plan.slots_of(SlotKind::Stored) {
            let given = own.iter().find(|(name, _)| *name == slot.name).map(|(_, tensor)| tensor.clone());
            let tensor = given.unwrap_or_else(|| match is_moment(&slot.name) {
                true => HostTensor::zeros(&slot.shape),
                false => init::initial(&slot.name, &slot.shape, seed),
            });
            params.store(&slot.name, &tensor)?;
        }
        let parameters = parameters(&plan);
        let training = params.compile(Rc::new(plan)).await?;
        Ok(SmallTrainer { parameters, step: 0, params, training })
    }

    /// One optimiser step; the loss, in nats.
    pub async fn step(&mut self, inputs: &Inputs, learning_rate: f32) -> Result<f32, DeviceError> {
        self.forward(inputs)?;
        self.learn(learning_rate).await
    }

    /// The first half of a step: the objective of `inputs`, whose slots can then be read.
    pub fn forward(&self, inputs: &Inputs) -> Result<(), DeviceError> {
        self.write(inputs);
        self.training.run(self.training.plan().range("forward"))
    }

    /// Writes inputs of the training plan.
    pub fn write(&self, inputs: &Inputs) {
        for (name, tensor) in inputs {
            self.training.write(name, tensor);
        }
    }

    /// The second half: gradients and update. The loss, in nats.
    pub async fn learn(&mut self, learning_rate: f32) -> Result<f32, DeviceError> {
        self.step += 1;
        let hyper = HostTensor::f32([2], vec![learning_rate, self.step as f32]);
        self.training.write("hyper", &hyper);
        let plan = self.training.plan();
        self.training.run(plan.range("backward").start..plan.range("update").end)?;
        Ok(self.read("loss").await?.as_f32()[0])
    }

    /// Whether the training plan has a slot of this name.
    pub fn has(&self, name: &str) -> bool {
        self.training.plan().find(name).is_some()
    }

    /// A slot of the training plan as the last step left it.
    pub async fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        self.training.read(name).await
    }

    /// A plan over the same weights, which must be among those that are trained.
    pub async fn compile(&self, plan: Plan) -> Result<CompiledPlan, DeviceError> {
        self.params.compile(Rc::new(plan)).await
    }

    /// A weight by name.
    pub async fn weight(&self, name: &str) -> Result<HostTensor, DeviceError> {
        self.params.read(name).await
    }

    /// Every weight by name, without the optimiser's moments.
    pub async fn weights(&self) -> Result<Inputs, DeviceError> {
        let mut tensors = self.stored().await?;
        tensors.retain(|(name, _)| !is_moment(name));
        Ok(tensors)
    }

    /// Every stored tensor by name: weights, and moments under `adamw.`.
    pub async fn stored(&self) -> Result<Inputs, DeviceError> {
        let mut tensors = Vec::new();
        for (name, _) in self.params.contents() {
            let tensor = self.params.read(&name).await?;
            tensors.push((name, tensor));
        }
        Ok(tensors)
    }
}

/// Runs a compiled plan on `inputs` and reads `outputs`.
pub async fn replay<const N: usize>(
    compiled: &CompiledPlan,
    inputs: &Inputs,
    outputs: [&str; N],
) -> Result<[HostTensor; N], DeviceError> {
    for (name, tensor) in inputs {
        compiled.write(name, tensor);
    }
    compiled.run(compiled.plan().all())?;
    let mut read = Vec::with_capacity(N);
    for name in outputs {
        read.push(compiled.read(name).await?);
    }
    Ok(read.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for")))
}
