//! The graph transformer: nodes attend to each other with a bias for the edges between them (Ying et al. 2021, Graphormer,
//! section 3.1.3).
//!
//! Inputs: `nodes` `[N, M, F]`, what holds of each node as zeros and ones; `edges` `[N, M, M, K]`, which of the kinds of edges lead
//! from the first to the second, and in the second half of `K` from the second to the first; `lengths` (u32 `[N]`) nodes.

use super::Config;
use crate::nn::{AttentionMask, linear};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::world::graph::EdgeKind;
use crate::world::scene::MAX_OBJECTS;
use crate::world::{Colour, Place, Shape, Size, Texture};

/// Most nodes of a graph, `M`.
pub const NODES: usize = MAX_OBJECTS;
/// What is said of a node, `F`: shapes, colours, sizes, textures and places.
pub const FEATURES: usize =
    Shape::ALL.len() + Colour::ALL.len() + Size::ALL.len() + Texture::ALL.len() + Place::ALL.len();
/// Kinds of edges in both directions, `K`.
pub const EDGES: usize = 2 * EdgeKind::ALL.len();

pub(super) fn encode(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let nodes = b.input("nodes", [count, NODES, FEATURES], F32);
    let edges = b.input("edges", [count, NODES, NODES, EDGES], F32);
    let lengths = b.input("lengths", [count], U32);
    let x = linear(b, "nodes", nodes, config.width, None);
    let states = config.tower().emit(b, x, AttentionMask::Edges { lengths, edges }, None);
    config.pool(b, states, Some(lengths))
}
