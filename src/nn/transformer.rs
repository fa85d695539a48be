//! Pre-norm transformer towers (Vaswani et al. 2017; Xiong et al. 2020), with cross-attention where there is a
//! memory to read. A causal and a bidirectional tower emitted in one scope share everything but their self-attention,
//! as text encoder and decoder do in BLIP (Li et al. 2022, section 3.1).

use super::{linear, norm};
use crate::ops::activation::Activation;
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::ops::place::place;
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

/// Keys and values of each block: of what a tower attends to besides itself, `[B, S, D]` for queries of `[B * R, T, D]`, or of
/// its own earlier tokens, `[N, L, D]`.
#[derive(Clone, Debug)]
pub struct Memory {
    pub blocks: Vec<[SlotId; 2]>,
}

/// Where the next token of each row stands whose earlier tokens' keys and values are kept, `[N, L, D]` for each block.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its position (u32 `[1]`), the same in every row.
    pub at: SlotId,
    /// Where its keys and values go, of `[N * L]` (u32 `[N]`).
    pub slots: SlotId,
    /// How many keys and values there are with them (u32 `[N]`, the position and one).
    pub lengths: SlotId,
}

/// What a position sees of its own row.
#[derive(Clone, Copy)]
enum Sight<'a> {
    /// As the tower does, of as many keys as the lengths (u32 `[N]`) say.
    Row(Option<SlotId>),
    /// What is kept, and itself.
    Kept(&'a Memory, Place),
}

impl Tower {
    /// Emits the keys and values by which the blocks read `source`, `[B, S, D]`; rows that read the same source
    /// share them.
    pub fn memory(&self, b: &mut PlanBuilder, source: SlotId) -> Memory {
        let block = |i: usize| b.scope(format!("blocks.{i}.cross_attn"), |b| keys_values(b, source));
        Memory { blocks: (0..self.depth).map(block).collect() }
    }

    /// Emits `blocks.0 ..` and the closing `norm`; `x` is `[N, T, D]`, `lengths` (u32 `[N]`) counts the keys that
    /// are no padding.
    pub fn emit(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        lengths: Option<SlotId>,
        memory: Option<&Memory>,
    ) -> SlotId {
        self.blocks(b, x, Sight::Row(lengths), memory)
    }

    /// As [`Tower::emit`] of a causal tower for one token of each row, `x` `[N, 1, D]`. Keys and values of the tokens before are
    /// kept in `own`, to which it adds its.
    pub fn emit_next(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        own: &Memory,
        place: Place,
        memory: Option<&Memory>,
    ) -> SlotId {
        self.blocks(b, x, Sight::Kept(own, place), memory)
    }

    fn blocks(&self, b: &mut PlanBuilder, x: SlotId, sight: Sight, memory: Option<&Memory>) -> SlotId {
        let mut x = x;
        for i in 0..self.depth {
            let memory = memory.map(|memory| memory.blocks[i]);
            x = b.scope(format!("blocks.{i}"), |b| self.block(b, i, x, sight, memory));
        }
        norm(b, "norm", x)
    }

    fn block(
        &self,
        b: &mut PlanBuilder,
        i: usize,
        x: SlotId,
        sight: Sight,
        memory: Option<[SlotId; 2]>,
    ) -> SlotId {
        let h = norm(b, "norm1", x);
        let name = if self.causal { "causal_attn" } else { "self_attn" };
        let h = b.scope(name, |b| {
            let own = keys_values(b, h);
            match sight {
                Sight::Row(lengths) => self.attend(b, h, own, self.causal, lengths),
                Sight::Kept(kept, Place { slots, lengths, .. }) => {
                    let kept = kept.blocks[i];
                    own.into_iter().zip(kept).for_each(|(own, kept)| place(b, own, slots, kept));
                    self.attend(b, h, kept, false, Some(lengths))
                }
            }
        });
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

    /// `softmax(Q Kᵀ / √d) V` with projections; queries from `x`.
    fn attend(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        [k, v]: [SlotId; 2],
        causal: bool,
        lengths: Option<SlotId>,
    ) -> SlotId {
        let width = b.shape(x).last();
        let q = linear(b, "q_proj", x, width, None);
        let h = attention(b, Attention { heads: self.heads, causal }, q, k, v, lengths);
        linear(b, "out_proj", h, width, None)
    }
}

/// Keys and values of `source`, each of its shape.
fn keys_values(b: &mut PlanBuilder, source: SlotId) -> [SlotId; 2] {
    let width = b.shape(source).last();
    ["k_proj", "v_proj"].map(|name| linear(b, name, source, width, None))
}
