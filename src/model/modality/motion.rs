//! The video encoder: the frozen image encoder frame by frame, then attention over space and time together (Arnab et al. 2021,
//! ViViT, model 1).
//!
//! Input: `frames` `[N * FRAMES, P, D']`, the image encoder's states of each frame. Four neighbouring cells become a token.

use super::Config;
use crate::nn::AttentionMask;
use crate::ops::{binary, conv2d, permute};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::motion::FRAMES;

/// Cells on a side of a frame, `P = GRID * GRID`.
pub const GRID: usize = 8;
/// Width of the image encoder's states, `D'`.
pub const STATES: usize = 128;
/// Cells on a side of what becomes a token.
const MERGED: usize = 2;

pub(super) fn encode(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let states = states(b, config, count);
    config.pool(b, states, None)
}

/// States `[N, FRAMES * places, D]`.
fn states(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let (side, width) = (GRID / MERGED, config.width);
    let frames = b.input("frames", [count * FRAMES, GRID * GRID, STATES], F32);
    let x = permute::permute(b, frames, &[0, 2, 1]);
    let x = b.reshape(x, [count * FRAMES, STATES, GRID, GRID]);
    let x = b.scope("merge", |b| {
        let weight = b.param("weight", [width, STATES, MERGED, MERGED]);
        let bias = b.param("bias", [width]);
        conv2d::conv2d(b, x, weight, Some(bias), MERGED, 0)
    });
    let x = b.reshape(x, [count * FRAMES, width, side * side]);
    let x = permute::permute(b, x, &[0, 2, 1]);
    let x = b.reshape(x, [count, FRAMES, side * side, width]);
    let places = b.param("place_embedding", [side * side, width]);
    let x = binary::add(b, x, places);
    let times = b.param("time_embedding", [FRAMES, 1, width]);
    let x = binary::add(b, x, times);
    let x = b.reshape(x, [count, FRAMES * side * side, width]);
    config.tower().emit(b, x, AttentionMask::Bidirectional(None), None)
}
