//! Layers of neural networks: weights by PyTorch's names, emitted through the ops.

mod transformer;

pub use transformer::{AttentionMask, CrossKv, DecodePosition, Tower};

use crate::ops::activation::Activation;
use crate::ops::{self, layer_norm};
use crate::plan::{PlanBuilder, SlotId};

/// `x Wᵀ + b`: `[.., K]` to `[.., outputs]`, weights `name.weight [outputs, K]` and `name.bias [outputs]`.
pub fn linear(b: &mut PlanBuilder, name: &str, x: SlotId, outputs: usize, act: Option<Activation>) -> SlotId {
    let inputs = b.shape(x).last();
    b.scope(name, |b| {
        let weight = b.weight("weight", [outputs, inputs]);
        let bias = b.param("bias", [outputs]);
        ops::linear::linear(b, x, weight, Some(bias), act)
    })
}

/// `x Wᵀ`: as [`linear`], without bias.
pub fn projection(b: &mut PlanBuilder, name: &str, x: SlotId, outputs: usize) -> SlotId {
    let inputs = b.shape(x).last();
    b.scope(name, |b| {
        let weight = b.weight("weight", [outputs, inputs]);
        ops::linear::linear(b, x, weight, None, None)
    })
}

/// Layer normalisation over the last axis with weights `name.weight` and `name.bias`, both `[D]` (Ba et al. 2016), and
/// PyTorch's default epsilon.
pub fn norm(b: &mut PlanBuilder, name: &str, x: SlotId) -> SlotId {
    norm_with(b, name, x, 1e-5)
}

/// As [`norm`], with the model's own epsilon.
pub fn norm_with(b: &mut PlanBuilder, name: &str, x: SlotId, eps: f32) -> SlotId {
    let width = b.shape(x).last();
    b.scope(name, |b| {
        let weight = b.param("weight", [width]);
        let bias = b.param("bias", [width]);
        layer_norm::layer_norm(b, x, weight, bias, eps)
    })
}
