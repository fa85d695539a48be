//! A small vision transformer that learns which way the stripes of a picture run.

mod model;
mod stripes;

use std::rc::Rc;

use model::{Vit, initial};
use stripes::{DIRECTIONS, SIDE, batch};
use triptych_engine::device::{BackendChoice, Device, DeviceError, select};
use triptych_engine::ops::adamw::{AdamW, adamw};
use triptych_engine::ops::{cross_entropy::cross_entropy, grad_norm::grad_norm};
use triptych_engine::order::argsort_desc;
use triptych_engine::plan::{Plan, PlanBuilder, SlotKind};
use triptych_engine::rng::SplitMix64;
use triptych_engine::tensor::{DType, HostTensor};

const BATCH: usize = 16;
const STEPS: usize = 60;
const VIT: Vit = Vit { patch: 4, width: 16, heads: 2, blocks: 1, classes: DIRECTIONS.len() };

/// `loss[1]` = mean cross-entropy, its gradients, and one step of AdamW; the range `forward` computes `logits[B,C]` alone.
fn training_plan() -> Plan {
    let mut b = PlanBuilder::training();
    let pictures = b.input("pictures", [BATCH, 1, SIDE, SIDE], DType::F32);
    let classes = b.input("classes", [BATCH], DType::U32);
    let weights = b.input("weights", [BATCH], DType::F32);
    let hyper = b.input("hyper", [2], DType::F32);
    let logits = b.range("forward", |b| VIT.emit(b, pictures));
    b.name(logits, "logits");
    let loss = cross_entropy(&mut b, logits, classes, weights);
    let gradients = b.backward(loss);
    let norm = grad_norm(&mut b, &gradients.iter().map(|(_, gradient)| *gradient).collect::<Vec<_>>());
    let decayed: Vec<_> = gradients.into_iter().map(|(weight, gradient)| (weight, gradient, 0.01)).collect();
    adamw(&mut b, &AdamW { beta1: 0.9, beta2: 0.99, eps: 1e-8, clip: 1.0 }, &decayed, norm, hyper);
    b.finish()
}

/// Trains on generated batches; returns the share of right answers on fresh ones.
async fn train(device: &Device, plan: Rc<Plan>) -> Result<f32, DeviceError> {
    let mut params = device.param_store();
    for (slot, seed) in plan.slots_of(SlotKind::Stored).zip(0..) {
        params.store(&slot.name, &initial(slot, seed))?;
    }
    let compiled = params.compile(plan.clone()).await?;
    compiled.write("weights", &HostTensor::f32([BATCH], vec![1.0; BATCH]));
    let mut random = SplitMix64(1);
    for step in 1..=STEPS {
        let (classes, pictures) = batch(&mut random, BATCH);
        compiled.write("pictures", &pictures);
        compiled.write("classes", &HostTensor::u32([BATCH], classes));
        compiled.write("hyper", &HostTensor::f32([2], vec![5e-3, step as f32]));
        compiled.run(plan.all())?;
    }
    let (mut right, rounds) = (0, 16);
    for _ in 0..rounds {
        let (classes, pictures) = batch(&mut random, BATCH);
        compiled.write("pictures", &pictures);
        compiled.run(plan.range("forward"))?;
        let logits = compiled.read("logits").await?;
        let rows = logits.as_f32().chunks(DIRECTIONS.len());
        right += rows.zip(classes).filter(|(row, class)| argsort_desc(row)[0] == *class as usize).count();
    }
    Ok(right as f32 / (rounds * BATCH) as f32)
}

fn main() -> Result<(), DeviceError> {
    let plan = Rc::new(training_plan());
    let device = pollster::block_on(select(BackendChoice::Auto, |_| plan.clone(), None))?.device;
    let chance = 1.0 / DIRECTIONS.len() as f32;
    println!("accuracy {:.3}, chance {chance:.3}", pollster::block_on(train(&device, plan))?);
    Ok(())
}

#[test]
fn the_accuracy_is_far_above_chance() {
    let device = Device::Cpu(triptych_engine::device::CpuDevice { exact: false });
    let accuracy = pollster::block_on(train(&device, Rc::new(training_plan()))).expect("a CPU has room");
    assert!(accuracy > 0.9, "{accuracy}");
}
