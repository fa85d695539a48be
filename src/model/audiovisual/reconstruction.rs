//! The objects of a clip's picture, on paper, out of one vector of the joint space, whichever modality the vector is of (whitepaper
//! sections 21 and 22.3); backgrounds are not in the space, since no caption tells them. A transformer whose tokens are the cells of the
//! picture, all of them masked (He et al. 2022, section 3), and slots that the vector is unfolded to.
//!
//! Input: `vectors` `[N, E]`, unit vectors.

use super::config::{Config, HEADS};
use crate::nn::{AttentionMask, Tower, linear};
use crate::ops::{binary, concat, scale, slice};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::render::PIXELS;

/// Width `E` of the joint space.
pub const EMBED_WIDTH: usize = 256;

/// Cells on a side of the picture, `G`.
pub const GRID: usize = 8;

/// Pixels on a side of a cell.
pub const CELL: usize = PIXELS / GRID;

/// Tokens that the vector becomes.
const SLOTS: usize = 8;

/// The colours of each cell's pixels, row after row, in `[-1, 1]`, `[N, P, CELL * CELL * 3]`.
pub fn emit(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let (cells, width) = (GRID * GRID, config.width);
    let vectors = b.input("vectors", [count, EMBED_WIDTH], F32);
    b.scope("reconstruction", |b| {
        // To a mean square of 1, as weights are drawn for.
        let vectors = scale::scale(b, vectors, (EMBED_WIDTH as f32).sqrt());
        let slots = linear(b, "slots", vectors, SLOTS * width, None);
        let slots = b.reshape(slots, [count, SLOTS, width]);
        let whole = linear(b, "whole", vectors, width, None);
        let whole = b.reshape(whole, [count, 1, width]);
        let places = b.param("place_embedding", [cells, width]);
        let masked = binary::add(b, whole, places);
        let tokens = concat::concat(b, &[masked, slots], 1);
        let tower = Tower { depth: 3, heads: HEADS, mlp_ratio: 2 };
        let states = tower.emit(b, tokens, AttentionMask::Bidirectional(None), None);
        let states = slice::slice(b, states, 1, 0, cells);
        linear(b, "pixels", states, CELL * CELL * 3, None)
    })
}
