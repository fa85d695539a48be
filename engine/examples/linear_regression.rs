//! Linear regression: `prediction[N,1] = x[N,2] weight[1,2]^T + bias[1]`, fitted to noisy points by AdamW.

use std::rc::Rc;

use triptych_engine::device::{BackendChoice, Device, DeviceError, select};
use triptych_engine::ops::adamw::{AdamW, adamw};
use triptych_engine::ops::binary::{add, mul};
use triptych_engine::ops::{grad_norm::grad_norm, linear::linear, reduce::mean, scale::scale};
use triptych_engine::plan::{Plan, PlanBuilder, SlotId, SlotKind};
use triptych_engine::rng::SplitMix64;
use triptych_engine::tensor::{DType, HostTensor};

const POINTS: usize = 64;
const STEPS: usize = 300;
const LEARNING_RATE: f32 = 0.05;

/// `loss[1] = mean((prediction - y)^2)`, its gradients, and one step of AdamW.
fn training_plan() -> Plan {
    let mut b = PlanBuilder::training();
    let (x, y) = (b.input("x", [POINTS, 2], DType::F32), b.input("y", [POINTS, 1], DType::F32));
    let hyper = b.input("hyper", [2], DType::F32);
    let (weight, bias) = (b.weight("weight", [1, 2]), b.param("bias", [1]));
    let prediction = linear(&mut b, x, weight, Some(bias), None);
    let minus_y = scale(&mut b, y, -1.0);
    let residual = add(&mut b, prediction, minus_y);
    let square = mul(&mut b, residual, residual);
    let loss = mean(&mut b, square, 0);
    let gradients = b.backward(loss);
    let norm = grad_norm(&mut b, &gradients.iter().map(|(_, gradient)| *gradient).collect::<Vec<_>>());
    let config = AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8, clip: 1e6 };
    let decayed = |(weight, gradient)| (weight, gradient, 0.0);
    let weights: Vec<(SlotId, SlotId, f32)> = gradients.into_iter().map(decayed).collect();
    adamw(&mut b, &config, &weights, norm, hyper);
    b.finish()
}

/// Fits points of `y = 2 x0 - 3 x1 + 0.5`, up to 0.01 off; returns the weights and the bias.
async fn fit(device: &Device, plan: Rc<Plan>) -> Result<[f32; 3], DeviceError> {
    let mut random = SplitMix64(1);
    let mut uniform = || 2.0 * random.unit() as f32 - 1.0;
    let x: Vec<f32> = (0..2 * POINTS).map(|_| uniform()).collect();
    let y = x.chunks(2).map(|x| 2.0 * x[0] - 3.0 * x[1] + 0.5 + 0.01 * uniform()).collect();

    let mut params = device.param_store();
    // Weights, and the moments of AdamW.
    for slot in plan.slots_of(SlotKind::Stored) {
        params.store(&slot.name, &HostTensor::zeros(&slot.shape))?;
    }
    let compiled = params.compile(plan.clone()).await?;
    compiled.write("x", &HostTensor::f32([POINTS, 2], x));
    compiled.write("y", &HostTensor::f32([POINTS, 1], y));
    for step in 1..=STEPS {
        compiled.write("hyper", &HostTensor::f32([2], vec![LEARNING_RATE, step as f32]));
        compiled.run(plan.all())?;
    }
    let (weight, bias) = (params.read("weight").await?, params.read("bias").await?);
    Ok([weight.as_f32()[0], weight.as_f32()[1], bias.as_f32()[0]])
}

fn main() -> Result<(), DeviceError> {
    let plan = Rc::new(training_plan());
    let selection = pollster::block_on(select(BackendChoice::Auto, |_| plan.clone(), None))?;
    println!("{}", selection.reason);
    let [w0, w1, bias] = pollster::block_on(fit(&selection.device, plan))?;
    println!("y = {w0:.3} x0 {w1:+.3} x1 {bias:+.3}");
    Ok(())
}

#[test]
fn the_weights_are_found() {
    let device = Device::Cpu(triptych_engine::device::CpuDevice { exact: false });
    let found = pollster::block_on(fit(&device, Rc::new(training_plan()))).expect("a CPU has room");
    assert!(found.iter().zip([2.0, -3.0, 0.5]).all(|(w, true_w)| (w - true_w).abs() < 0.01), "{found:?}");
}
