//! Pre-norm transformer towers (Vaswani et al. 2017; Xiong et al. 2020), with cross-attention where there is a
//! memory to read.

use super::{linear, norm};
use crate::ops::activation::Activation;
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::plan::{PlanBuilder, SlotId};

/// A stack of blocks of one width.
#[derive(Clone, Copy, Debug)]
pub struct Tower {
    pub depth: usize,
    pub heads: usize,
    /// Width of the hidden layer of the feed-forward part, as a multiple of the tower's width.
    pub mlp_ratio: usize,
    /// Whether a position sees only itself and those before it.
    pub causal: bool,
}

/// What a tower attends to besides itself: `[B, S, D]` for queries of `[B * R, T, D]`.
pub type Memory = Option<SlotId>;

impl Tower {
    /// Emits `blocks.0 ..` and the closing `norm`; `x` is `[N, T, D]`, `lengths` (u32 `[N]`) counts the keys that
    /// are no padding.
    pub fn emit(&self, b: &mut PlanBuilder, x: SlotId, lengths: Option<SlotId>, memory: Memory) -> SlotId {
        let mut x = x;
        for i in 0..self.depth {
            x = b.scope(format!("blocks.{i}"), |b| self.block(b, x, lengths, memory));
        }
        norm(b, "norm", x)
    }

    fn block(&self, b: &mut PlanBuilder, x: SlotId, lengths: Option<SlotId>, memory: Memory) -> SlotId {
        let h = norm(b, "norm1", x);
        let h = b.scope("self_attn", |b| self.attend(b, h, h, self.causal, lengths));
        let mut x = add(b, x, h);
        if let Some(memory) = memory {
            let h = norm(b, "norm_cross", x);
            let h = b.scope("cross_attn", |b| self.attend(b, h, memory, false, None));
            x = add(b, x, h);
        }
        let h = norm(b, "norm2", x);
        let width = b.shape(x).last();
        let h = linear(b, "fc1", h, width * self.mlp_ratio, Some(Activation::Gelu));
        let h = linear(b, "fc2", h, width, None);
        add(b, x, h)
    }

    /// `softmax(Q Kᵀ / √d) V` with projections; queries from `x`, keys and values from `source`.
    fn attend(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        source: SlotId,
        causal: bool,
        lengths: Option<SlotId>,
    ) -> SlotId {
        let width = b.shape(x).last();
        let q = linear(b, "q_proj", x, width, None);
        let k = linear(b, "k_proj", source, width, None);
        let v = linear(b, "v_proj", source, width, None);
        let h = attention(b, Attention { heads: self.heads, causal }, q, k, v, lengths);
        linear(b, "out_proj", h, width, None)
    }
}
