//! Hits in a silent video: a convolutional network over each frame with its neighbours, whose output is a map of where something
//! bounces at that moment, as keypoints are found in CenterNet (Zhou et al. 2019, *Objects as Points*, section 3).
//!
//! Input: `frames` `[N * F, 15, 64, 64]`, the colours of each frame and of two before and after it in `[-1, 1]`, 0 where there is
//! no such frame.

use super::Config;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{binary, conv2d, permute, slice, softmax};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::motion::FRAMES;
use crate::world::render::PIXELS;

/// Frames before and after that are seen with a frame.
pub const NEIGHBOURS: usize = 2;

/// Channels of a frame with its neighbours.
pub const CHANNELS: usize = 3 * (2 * NEIGHBOURS + 1);

/// Cells on a side of the map.
pub const GRID: usize = 8;

/// Channels of the first convolution.
const STEM: usize = 48;

/// Residual convolutions.
const DEPTH: usize = 3;

pub struct Outputs {
    /// Whether nothing or something bounces in each cell, `[N * F * P, 2]`.
    pub logits: SlotId,
    /// How far right and down of the cell's centre it is, in cells, `[N * F * P, 2]`.
    pub offsets: SlotId,
    /// What bounces at each moment: the states of the cells weighted by their probability, `[N, F, D]`.
    pub activity: SlotId,
}

pub fn emit(b: &mut PlanBuilder, config: &Config, count: usize) -> Outputs {
    let (images, cells, width) = (count * FRAMES, GRID * GRID, config.width);
    let frames = b.input("frames", [images, CHANNELS, PIXELS, PIXELS], F32);
    b.scope("events", |b| {
        let mut x = convolution(b, "stem", frames, STEM, 4, 4, 0);
        x = convolution(b, "merge", x, width, 3, 2, 1);
        for i in 0..DEPTH {
            let change = convolution(b, &format!("blocks.{i}"), x, width, 3, 1, 1);
            x = binary::add(b, x, change);
        }
        let states = permute::permute(b, x, &[0, 2, 3, 1]);
        let states = b.reshape(states, [images, cells, width]);
        let logits = linear(b, "head", states, 2, None);
        let offsets = linear(b, "offset", states, 2, None);
        let odds = softmax::softmax(b, logits);
        let odds = slice::slice(b, odds, 2, 1, 1);
        let odds = permute::permute(b, odds, &[0, 2, 1]);
        let activity = matmul(b, odds, states, Transpose { x: false, y: false });
        Outputs {
            logits: b.reshape(logits, [images * cells, 2]),
            offsets: b.reshape(offsets, [images * cells, 2]),
            activity: b.reshape(activity, [count, FRAMES, width]),
        }
    })
}

fn convolution(
    b: &mut PlanBuilder,
    name: &str,
    x: SlotId,
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
) -> SlotId {
    b.scope(name, |b| {
        let inputs = b.shape(x)[1];
        let weight = b.param("weight", [channels, inputs, kernel, kernel]);
        let bias = b.param("bias", [channels]);
        let y = conv2d::conv2d(b, x, weight, Some(bias), stride, padding);
        activation(b, y, Activation::Gelu)
    })
}
