//! The optimiser's part of a training plan: AdamW over every weight, with the norm of all gradients clipped.

use crate::ops::adamw::{AdamW, adamw};
use crate::ops::grad_norm::grad_norm;
use crate::plan::{PlanBuilder, SlotId};

/// Decoupled weight decay of matrices; norms, biases, embeddings and the temperatures are not decayed.
const DECAY: f32 = 0.05;

/// The same of the reader, where words meet words and pictures: what it learns of pairs that occur it is to learn of their parts.
const READER_DECAY: f32 = 0.2;

const OPTIMISER: AdamW = AdamW { beta1: 0.9, beta2: 0.98, eps: 1e-8, clip: 1.0 };

/// Emits the update of `weights`, each with its gradient. Input `hyper` `[2]`: learning rate, step from 1; the norm of
/// all gradients before clipping can be read as `grad_norm`.
pub fn update(b: &mut PlanBuilder, weights: &[(SlotId, SlotId)]) {
    let grads: Vec<SlotId> = weights.iter().map(|(_, grad)| *grad).collect();
    let norm = grad_norm(b, &grads);
    b.name(norm, "grad_norm");
    let hyper = b.input("hyper", [2], crate::tensor::DType::F32);
    let decayed: Vec<_> = weights.iter().map(|&(weight, grad)| (weight, grad, decay(b, weight))).collect();
    adamw(b, &OPTIMISER, &decayed, norm, hyper);
}

fn decay(b: &PlanBuilder, weight: SlotId) -> f32 {
    let embedding = b.name_of(weight).ends_with("embedding");
    match b.name_of(weight) {
        _ if b.shape(weight).len() < 2 || embedding => 0.0,
        name if name.starts_with("reader.") => READER_DECAY,
        _ => DECAY,
    }
}
