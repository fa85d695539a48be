//! The vision transformer of Dosovitskiy et al. 2021 with the mean of its tokens in place of a class token.

use triptych_engine::ops::activation::Activation;
use triptych_engine::ops::adamw::is_moment;
use triptych_engine::ops::attention::{Attention, attention};
use triptych_engine::ops::{
    binary::add, case::noise, conv2d::conv2d, layer_norm::layer_norm, linear::linear,
};
use triptych_engine::ops::{permute::permute, reduce::mean};
use triptych_engine::plan::{PlanBuilder, Slot, SlotId};
use triptych_engine::tensor::HostTensor;

/// Side of a patch in pixels, width `D` of a token, and how many of the rest, with `C` classes.
#[derive(Clone, Copy)]
pub(crate) struct Vit {
    pub patch: usize,
    pub width: usize,
    pub heads: usize,
    pub blocks: usize,
    pub classes: usize,
}

impl Vit {
    /// `logits[B,C]` of `pictures[B,1,S,S]`.
    pub(crate) fn emit(self, b: &mut PlanBuilder, pictures: SlotId) -> SlotId {
        let [batch, _, side, _] = b.shape(pictures)[..] else { panic!("pictures are [B,1,S,S]") };
        let (patch, tokens) = (self.patch, (side / self.patch).pow(2));
        let weight = b.param("patches.weight", [self.width, 1, patch, patch]);
        // [B,D,S/P,S/P] to [B,T,D].
        let patches = conv2d(b, pictures, weight, None, patch, 0);
        let patches = b.reshape(patches, [batch, self.width, tokens]);
        let patches = permute(b, patches, &[0, 2, 1]);
        let positions = b.param("positions", [tokens, self.width]);
        let x = add(b, patches, positions);
        let x = (0..self.blocks).fold(x, |x, layer| b.scope(layer, |b| self.block(b, x)));
        let normed = norm(b, "norm", x);
        let pooled = mean(b, normed, 1);
        dense(b, "head", pooled, self.classes, None)
    }

    /// `h = x + attention(norm(x))`, `y = h + mlp(norm(h))`; all `[B,T,D]`.
    fn block(self, b: &mut PlanBuilder, x: SlotId) -> SlotId {
        let normed = norm(b, "norm1", x);
        let [q, k, v] = ["q", "k", "v"].map(|name| dense(b, name, normed, self.width, None));
        let mixed = attention(b, Attention { heads: self.heads, causal: false }, q, k, v, None);
        let mixed = dense(b, "out", mixed, self.width, None);
        let h = add(b, x, mixed);
        let normed = norm(b, "norm2", h);
        let hidden = dense(b, "fc1", normed, 4 * self.width, Some(Activation::Gelu));
        let hidden = dense(b, "fc2", hidden, self.width, None);
        add(b, h, hidden)
    }
}

/// `y[..,n] = act(x[..,k] weight[n,k]^T + bias[n])`.
fn dense(b: &mut PlanBuilder, name: &str, x: SlotId, n: usize, act: Option<Activation>) -> SlotId {
    let k = b.shape(x).last();
    let (weight, bias) = b.scope(name, |b| (b.weight("weight", [n, k]), b.param("bias", [n])));
    linear(b, x, weight, Some(bias), act)
}

/// `y[..,D] = (x - mean) / sqrt(var + 1e-6) weight[D] + bias[D]`.
fn norm(b: &mut PlanBuilder, name: &str, x: SlotId) -> SlotId {
    let width = b.shape(x).last();
    let (weight, bias) = b.scope(name, |b| (b.param("weight", [width]), b.param("bias", [width])));
    layer_norm(b, x, weight, bias, 1e-6)
}

/// Norms start as the identity, matrices uniform in `±1/sqrt(fan_in)`, all else (biases, AdamW's moments) at zero.
pub(crate) fn initial(slot: &Slot, seed: u64) -> HostTensor {
    let fan_in: usize = slot.shape.iter().skip(1).product();
    match (is_moment(&slot.name), slot.shape.len()) {
        (false, 1) if slot.name.ends_with("weight") => {
            HostTensor::f32(&slot.shape, vec![1.0; slot.shape.numel()])
        }
        (false, 2..) => noise(&slot.shape, (fan_in as f32).sqrt().recip(), seed),
        _ => HostTensor::zeros(&slot.shape),
    }
}
