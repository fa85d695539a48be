//! Layers that the small models share.

use super::picture::SIDE;
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::add;
use crate::ops::scale::scale;
use crate::ops::{conv2d, permute};
use crate::plan::{PlanBuilder, SlotId};

/// Pictures `[B, 3, SIDE, SIDE]` through 3x3 convolutions of stride 2 with GELU between them, to cells `[B, G*G, D]` in
/// row-major order; `channels` are their outputs, the last is `D`, and `G = SIDE / 2^len`.
pub fn stem(b: &mut PlanBuilder, pixels: SlotId, channels: &[usize]) -> SlotId {
    let mut x = pixels;
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
    let (batch, side) = (b.shape(x)[0], SIDE >> channels.len());
    let x = b.reshape(x, [batch, channels[channels.len() - 1], side * side]);
    permute::permute(b, x, &[0, 2, 1])
}

/// `x - y`; shapes broadcast as those of [`add`].
pub fn difference(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> SlotId {
    let minus = scale(b, y, -1.0);
    add(b, x, minus)
}
