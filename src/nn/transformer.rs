//! Pre-norm transformer towers (Vaswani et al. 2017; Xiong et al. 2020), with cross-attention where there is a
//! memory to read. A causal and a bidirectional tower emitted in one scope share everything but their self-attention,
//! as text encoder and decoder do in BLIP (Li et al. 2022, section 3.1).

use super::{linear, norm, projection};
use crate::ops::activation::Activation;
use crate::ops::attention::{Attention, attention, biased_attention};
use crate::ops::binary::add;
use crate::ops::permute::permute;
use crate::ops::scatter_rows::scatter_rows;
use crate::plan::{PlanBuilder, SlotId};

/// A stack of blocks of one width.
#[derive(Clone, Copy, Debug)]
pub struct Tower {
    pub depth: usize,
    pub heads: usize,
    /// Width of the hidden layer of the feed-forward part, as a multiple of the tower's width.
    pub mlp_ratio: usize,
}

/// Keys and values of each block of what a tower attends to besides itself, `[B, S, D]` for queries of `[B * R, T, D]`.
#[derive(Clone, Debug)]
pub struct CrossKv {
    pub blocks: Vec<[SlotId; 2]>,
}

/// Where the next token of each row stands whose earlier tokens' keys and values are cached, `[N, L, D]` for each block.
#[derive(Clone, Copy, Debug)]
pub struct DecodePosition {
    /// Its position (u32 `[1]`), the same in every row.
    pub at: SlotId,
    /// Where its keys and values go, of `[N * L]` (u32 `[N]`).
    pub slots: SlotId,
    /// How many keys and values there are with them (u32 `[N]`, the position and one).
    pub lengths: SlotId,
}

/// What a position sees of its own row.
#[derive(Clone, Copy)]
pub enum AttentionMask<'a> {
    /// All of as many positions as the lengths (u32 `[N]`) say, or of all.
    Bidirectional(Option<SlotId>),
    /// As `Bidirectional` of so many positions, of which edges `[N, T, T, K]` tell something: each block adds a learned bias for the
    /// kinds of edges to its scores (Ying et al. 2021, Graphormer, section 3.1.3).
    Edges { lengths: SlotId, edges: SlotId },
    /// Itself and what stands before.
    Causal,
    /// As `Causal`, for one token of each row, to whose cached keys and values, those of each block, it adds its own.
    Cached(&'a [[SlotId; 2]], DecodePosition),
}

impl AttentionMask<'_> {
    /// The self-attention of block `i` by this mask: which keys and values are read of `own`, whether causally, and how many.
    pub fn keys_values(
        self,
        b: &mut PlanBuilder,
        i: usize,
        own: [SlotId; 2],
    ) -> ([SlotId; 2], bool, Option<SlotId>) {
        match self {
            AttentionMask::Bidirectional(lengths) => (own, false, lengths),
            AttentionMask::Edges { lengths, .. } => (own, false, Some(lengths)),
            AttentionMask::Causal => (own, true, None),
            AttentionMask::Cached(cached, DecodePosition { slots, lengths, .. }) => {
                own.into_iter().zip(cached[i]).for_each(|(own, cached)| scatter_rows(b, own, slots, cached));
                (cached[i], false, Some(lengths))
            }
        }
    }

    /// What is known of each pair of positions.
    fn edges(self) -> Option<SlotId> {
        match self {
            AttentionMask::Edges { edges, .. } => Some(edges),
            AttentionMask::Bidirectional(_) | AttentionMask::Causal | AttentionMask::Cached(..) => None,
        }
    }

    /// The position of the one token of each row, where the mask is of one.
    pub fn position(self) -> Option<SlotId> {
        match self {
            AttentionMask::Cached(_, position) => Some(position.at),
            AttentionMask::Bidirectional(_) | AttentionMask::Edges { .. } | AttentionMask::Causal => None,
        }
    }
}

impl Tower {
    /// Emits the keys and values by which the blocks read `source`, `[B, S, D]`; rows that read the same source
    /// share them.
    pub fn cross_kv(&self, b: &mut PlanBuilder, source: SlotId) -> CrossKv {
        let block = |i: usize| b.scope(format!("blocks.{i}.cross_attn"), |b| keys_values(b, source));
        CrossKv { blocks: (0..self.depth).map(block).collect() }
    }

    /// Emits `blocks.0 ..` and the closing `norm` over `x` `[N, T, D]`; shape as `x`. The self-attention of a mask that is
    /// not bidirectional has weights of its own.
    pub fn emit(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        mask: AttentionMask,
        cross: Option<&CrossKv>,
    ) -> SlotId {
        let mut x = x;
        for i in 0..self.depth {
            let cross = cross.map(|cross| cross.blocks[i]);
            x = b.scope(format!("blocks.{i}"), |b| self.block(b, i, x, mask, cross));
        }
        norm(b, "norm", x)
    }

    fn block(
        &self,
        b: &mut PlanBuilder,
        i: usize,
        x: SlotId,
        mask: AttentionMask,
        cross: Option<[SlotId; 2]>,
    ) -> SlotId {
        let h = norm(b, "norm1", x);
        let name = match mask {
            AttentionMask::Bidirectional(_) | AttentionMask::Edges { .. } => "self_attn",
            AttentionMask::Causal | AttentionMask::Cached(..) => "causal_attn",
        };
        let h = b.scope(name, |b| {
            let own = keys_values(b, h);
            let (own, causal, lengths) = mask.keys_values(b, i, own);
            let bias = mask.edges().map(|edges| {
                let bias = projection(b, "edges", edges, self.heads);
                permute(b, bias, &[0, 3, 1, 2])
            });
            self.attend(b, h, own, causal, lengths, bias)
        });
        let mut x = add(b, x, h);
        if let Some(cross) = cross {
            let h = norm(b, "norm_cross", x);
            let h = b.scope("cross_attn", |b| self.attend(b, h, cross, false, None, None));
            x = add(b, x, h);
        }
        let h = norm(b, "norm2", x);
        let width = b.shape(x).last();
        let h = linear(b, "fc1", h, width * self.mlp_ratio, Some(Activation::Gelu));
        let h = linear(b, "fc2", h, width, None);
        add(b, x, h)
    }

    /// `softmax(Q Kᵀ / √d + bias) V` with projections; queries from `x`, `bias` `[N, H, T, T]`.
    fn attend(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        [k, v]: [SlotId; 2],
        causal: bool,
        lengths: Option<SlotId>,
        bias: Option<SlotId>,
    ) -> SlotId {
        let width = b.shape(x).last();
        let q = linear(b, "q_proj", x, width, None);
        let attending = Attention { heads: self.heads, causal };
        let h = match bias {
            Some(bias) => biased_attention(b, attending, [q, k, v], lengths, bias),
            None => attention(b, attending, q, k, v, lengths),
        };
        linear(b, "out_proj", h, width, None)
    }
}

/// Keys and values of `source`, each of its shape.
fn keys_values(b: &mut PlanBuilder, source: SlotId) -> [SlotId; 2] {
    let width = b.shape(source).last();
    ["k_proj", "v_proj"].map(|name| linear(b, name, source, width, None))
}
