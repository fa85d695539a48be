//! Layers that the small models share.

use crate::ops::activation::{Activation, activation};
use crate::ops::binary::add;
use crate::ops::scale::scale;
use crate::ops::{conv2d, permute};
use crate::plan::{PlanBuilder, SlotId};

/// Planes `[B, C, H, W]` through 3x3 convolutions of stride 2 with GELU between them, to cells `[B, H*W / 4^len, D]` in
/// row-major order; `channels` are their outputs, the last is `D`.
pub fn stem(b: &mut PlanBuilder, planes: SlotId, channels: &[usize]) -> SlotId {
    let mut x = planes;
    for (i, &outputs) in channels.iter().enumerate() {
        x = b.scope(format!("stem.{i}"), |b| {
            let inputs = b.shape(x)[1];
            let weight = b.param("weight", [outputs, inputs, 3, 3]);
            let bias = b.param("bias", [outputs]);
            conv2d::conv2d(b, x, weight, Some(bias), 2, 1)
        });
        if i + 1 < channels.len() {
            x = activation(b, x, Activation::Gelu);
        }
    }
    let shape = b.shape(x).clone();
    let x = b.reshape(x, [shape[0], shape[1], shape[2] * shape[3]]);
    permute::permute(b, x, &[0, 2, 1])
}

/// `x - y`; shapes broadcast as those of [`add`].
pub fn difference(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> SlotId {
    let minus = scale(b, y, -1.0);
    add(b, x, minus)
}
