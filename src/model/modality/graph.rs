//! The graph transformer: nodes attend to each other with a bias for the edges between them (Ying et al. 2021, Graphormer,
//! section 3.1.3).
//!
//! Inputs: `nodes` `[N, M, F]`, what holds of each node as zeros and ones; `edges` `[N, M, M, K]`, which of the kinds of edges lead
//! from the first to the second, and in the second half of `K` from the second to the first; `lengths` (u32 `[N]`) nodes.

use super::Config;
use crate::nn::{linear, norm, projection};
use crate::ops::activation::Activation;
use crate::ops::attention::{Attention, biased_attention};
use crate::ops::binary::add;
use crate::ops::permute::permute;
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
    let mut x = linear(b, "nodes", nodes, config.width, None);
    for i in 0..config.depth {
        x = b.scope(format!("blocks.{i}"), |b| block(b, config, x, edges, lengths));
    }
    let states = norm(b, "norm", x);
    config.pool(b, states, Some(lengths))
}

/// A pre-norm block over nodes `[N, M, D]`.
fn block(b: &mut PlanBuilder, config: &Config, x: SlotId, edges: SlotId, lengths: SlotId) -> SlotId {
    let h = norm(b, "norm1", x);
    let h = b.scope("self_attn", |b| {
        let qkv = ["q_proj", "k_proj", "v_proj"].map(|name| linear(b, name, h, config.width, None));
        let bias = projection(b, "edges", edges, config.heads);
        let bias = permute(b, bias, &[0, 3, 1, 2]);
        let attention = Attention { heads: config.heads, causal: false };
        let h = biased_attention(b, attention, qkv, Some(lengths), bias);
        linear(b, "out_proj", h, config.width, None)
    });
    let x = add(b, x, h);
    let h = norm(b, "norm2", x);
    let h = linear(b, "fc1", h, config.width * config.mlp_ratio, Some(Activation::Gelu));
    let h = linear(b, "fc2", h, config.width, None);
    add(b, x, h)
}
