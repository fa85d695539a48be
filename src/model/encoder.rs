//! Pre-norm transformer encoders (Vaswani et al. 2017; Xiong et al. 2020) with the weight names of the towers of CLIP,
//! SigLIP and BLIP's vision in transformers.

use crate::nn::{linear, norm_with};
use crate::ops::activation::Activation;
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};

/// How the projections of the self-attention are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Projections {
    /// `q_proj`, `k_proj`, `v_proj`, `out_proj`.
    Separate,
    /// `qkv`, one after another in one matrix, and `projection`.
    Joined,
}

/// A stack of layers of one width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoder {
    pub depth: usize,
    pub heads: usize,
    /// Width of the hidden layer of the feed-forward part.
    pub intermediate: usize,
    pub act: Activation,
    pub eps: f32,
    pub causal: bool,
    pub projections: Projections,
}

impl Encoder {
    /// Emits `encoder.layers.0 ..` over `x` `[N, T, D]`, of which row `n` has `lengths[n]` (u32 `[N]`) tokens that are
    /// seen. What goes in is named `encoder.input`, a layer's result `encoder.layers.0.output`.
    pub(super) fn emit(&self, b: &mut PlanBuilder, x: SlotId, lengths: Option<SlotId>) -> SlotId {
        b.scope("encoder", |b| {
            b.name(x, "input");
            (0..self.depth).fold(x, |x, i| b.scope(format!("layers.{i}"), |b| self.layer(b, x, lengths)))
        })
    }

    fn layer(&self, b: &mut PlanBuilder, x: SlotId, lengths: Option<SlotId>) -> SlotId {
        let h = norm_with(b, "layer_norm1", x, self.eps);
        let h = b.scope("self_attn", |b| self.attend(b, h, lengths));
        let x = add(b, x, h);
        let h = norm_with(b, "layer_norm2", x, self.eps);
        let h = feed_forward(b, h, self.intermediate, self.act);
        let x = add(b, x, h);
        b.name(x, "output");
        x
    }

    fn attend(&self, b: &mut PlanBuilder, x: SlotId, lengths: Option<SlotId>) -> SlotId {
        let width = b.shape(x).last();
        let ([q, k, v], out) = match self.projections {
            Projections::Separate => {
                let names = ["q_proj", "k_proj", "v_proj"];
                (names.map(|name| linear(b, name, x, width, None)), "out_proj")
            }
            Projections::Joined => {
                let joined = linear(b, "qkv", x, 3 * width, None);
                ([0, 1, 2].map(|i| slice(b, joined, 2, i * width, width)), "projection")
            }
        };
        let h = attention(b, Attention { heads: self.heads, causal: self.causal }, q, k, v, lengths);
        linear(b, out, h, width, None)
    }
}

/// `fc2(act(fc1(x)))` with the weights of `mlp`; shape as `x`.
pub(super) fn feed_forward(b: &mut PlanBuilder, x: SlotId, intermediate: usize, act: Activation) -> SlotId {
    let width = b.shape(x).last();
    b.scope("mlp", |b| {
        let h = linear(b, "fc1", x, intermediate, Some(act));
        linear(b, "fc2", h, width, None)
    })
}
