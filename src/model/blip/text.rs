//! BLIP's text transformer: BERT's post-norm layers (Devlin et al. 2019), with cross-attention where there is a source
//! to read.

use super::Config;
use crate::model::inputs::tokens;
use crate::nn::{AttentionMask, CrossKv, linear, norm_with};
use crate::ops;
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::plan::{PlanBuilder, SlotId};

impl Config {
    /// Emits the keys and values by which the layers read `source`, `[B, S, _]`.
    pub(super) fn cross_kv(&self, b: &mut PlanBuilder, source: SlotId) -> CrossKv {
        let layer = |i: usize| {
            b.scope(format!("encoder.layer.{i}.crossattention.self"), |b| self.keys_values(b, source))
        };
        CrossKv { blocks: (0..self.text.num_hidden_layers).map(layer).collect() }
    }

    fn keys_values(&self, b: &mut PlanBuilder, source: SlotId) -> [SlotId; 2] {
        ["key", "value"].map(|name| linear(b, name, source, self.text.hidden_size, None))
    }

    /// Token ids (u32 `[N, T]`) to states `[N, T, D]`. The embedded tokens are named `embeddings.output`, a layer's result
    /// `encoder.layer.0.output.output`.
    pub(super) fn states(
        &self,
        b: &mut PlanBuilder,
        ids: SlotId,
        mask: AttentionMask,
        cross: Option<&CrossKv>,
    ) -> SlotId {
        let tables = ["word_embeddings.weight", "position_embeddings.weight"];
        let x = b.scope("embeddings", |b| {
            let x = tokens(b, ids, mask.position(), tables, self.text.tables());
            let x = norm_with(b, "LayerNorm", x, self.text.layer_norm_eps);
            b.name(x, "output");
            x
        });
        (0..self.text.num_hidden_layers).fold(x, |x, i| {
            let cross = cross.map(|cross| cross.blocks[i]);
            b.scope(format!("encoder.layer.{i}"), |b| self.layer(b, i, x, mask, cross))
        })
    }

    fn layer(
        &self,
        b: &mut PlanBuilder,
        i: usize,
        x: SlotId,
        mask: AttentionMask,
        cross: Option<[SlotId; 2]>,
    ) -> SlotId {
        let mut x = b.scope("attention", |b| {
            let own = b.scope("self", |b| self.keys_values(b, x));
            let (own, causal, lengths) = mask.keys_values(b, i, own);
            self.attend(b, x, own, causal, lengths)
        });
        if let Some(cross) = cross {
            x = b.scope("crossattention", |b| self.attend(b, x, cross, false, None));
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
