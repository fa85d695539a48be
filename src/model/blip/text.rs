//! BLIP's text transformer: BERT's post-norm layers (Devlin et al. 2019), with cross-attention where there is a memory
//! to read.

use super::Config;
use crate::model::inputs::tokens;
use crate::nn::{Memory, Place, linear, norm_with};
use crate::ops;
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::ops::place::place;
use crate::plan::{PlanBuilder, SlotId};

/// What a token sees of its own text.
#[derive(Clone, Copy)]
pub(super) enum Sight<'a> {
    /// All of it, as long as `lengths` (u32 `[N]`) say.
    Whole { lengths: SlotId },
    /// Itself and what stands before.
    Before,
    /// As `Before`, for one token of each row, whose keys and values are kept in `own`, `[N, L, D]` each.
    Kept { own: &'a Memory, place: Place },
}

impl Config {
    /// Emits the keys and values by which the layers read `source`, `[B, S, _]`; they are named `keys` and `values`
    /// beside the weights that make them.
    pub(super) fn memory(&self, b: &mut PlanBuilder, source: SlotId) -> Memory {
        let layer = |i: usize| {
            b.scope(format!("encoder.layer.{i}.crossattention.self"), |b| {
                [("key", "keys"), ("value", "values")].map(|(weight, name)| {
                    let x = linear(b, weight, source, self.text.hidden_size, None);
                    b.name(x, name);
                    x
                })
            })
        };
        Memory { blocks: (0..self.text.num_hidden_layers).map(layer).collect() }
    }

    /// Token ids (u32 `[N, T]`) to states `[N, T, D]`. The embedded tokens are named `embeddings.output`, a layer's result
    /// `encoder.layer.0.output.output`.
    pub(super) fn states(
        &self,
        b: &mut PlanBuilder,
        ids: SlotId,
        sight: Sight,
        memory: Option<&Memory>,
    ) -> SlotId {
        let at = match sight {
            Sight::Kept { place, .. } => Some(place.at),
            Sight::Whole { .. } | Sight::Before => None,
        };
        let x = b.scope("embeddings", |b| {
            let x = tokens(b, ids, at, ["word_embeddings", "position_embeddings"], self.text.tables());
            let x = norm_with(b, "LayerNorm", x, self.text.layer_norm_eps);
            b.name(x, "output");
            x
        });
        (0..self.text.num_hidden_layers).fold(x, |x, i| {
            let memory = memory.map(|memory| memory.blocks[i]);
            b.scope(format!("encoder.layer.{i}"), |b| self.layer(b, i, x, sight, memory))
        })
    }

    fn layer(
        &self,
        b: &mut PlanBuilder,
        i: usize,
        x: SlotId,
        sight: Sight,
        memory: Option<[SlotId; 2]>,
    ) -> SlotId {
        let mut x = b.scope("attention", |b| {
            let own = b.scope("self", |b| {
                ["key", "value"].map(|name| linear(b, name, x, self.text.hidden_size, None))
            });
            match sight {
                Sight::Whole { lengths } => self.attend(b, x, own, false, Some(lengths)),
                Sight::Before => self.attend(b, x, own, true, None),
                Sight::Kept { own: kept, place: Place { slots, lengths, .. } } => {
                    let kept = kept.blocks[i];
                    own.into_iter().zip(kept).for_each(|(own, kept)| place(b, own, slots, kept));
                    self.attend(b, x, kept, false, Some(lengths))
                }
            }
        });
        if let Some(memory) = memory {
            x = b.scope("crossattention", |b| self.attend(b, x, memory, false, None));
        }
        let h = b.scope("intermediate", |b| {
            linear(b, "dense", x, self.text.intermediate_size, Some(self.text.hidden_act))
        });
        b.scope("output", |b| {
            let x = self.close(b, h, x);
            b.name(x, "output");
            x
        })
    }

    /// Attention of `x` to keys and values, added to `x` and normalised.
    fn attend(
        &self,
        b: &mut PlanBuilder,
        x: SlotId,
        [k, v]: [SlotId; 2],
        causal: bool,
        lengths: Option<SlotId>,
    ) -> SlotId {
        let h = b.scope("self", |b| {
            let q = linear(b, "query", x, self.text.hidden_size, None);
            attention(b, Attention { heads: self.text.num_attention_heads, causal }, q, k, v, lengths)
        });
        b.scope("output", |b| self.close(b, h, x))
    }

    /// `LayerNorm(dense(h) + x)`.
    fn close(&self, b: &mut PlanBuilder, h: SlotId, x: SlotId) -> SlotId {
        let h = linear(b, "dense", h, self.text.hidden_size, None);
        let sum = add(b, h, x);
        norm_with(b, "LayerNorm", sum, self.text.layer_norm_eps)
    }

    /// Next-token logits `[.., V]` of states `[.., D]`.
    pub(super) fn logits(&self, b: &mut PlanBuilder, states: SlotId) -> SlotId {
        let x = b.scope("cls.predictions.transform", |b| {
            let x = linear(b, "dense", states, self.text.hidden_size, Some(self.text.hidden_act));
            norm_with(b, "LayerNorm", x, self.text.layer_norm_eps)
        });
        let name = match self.writing.tie_word_embeddings {
            true => "bert.embeddings.word_embeddings.weight",
            false => "cls.predictions.decoder.weight",
        };
        let table = b.table(name, [self.text.vocab_size, self.text.hidden_size]);
        let bias = b.param("cls.predictions.bias", [self.text.vocab_size]);
        ops::linear::linear(b, x, table, Some(bias), None)
    }
}
