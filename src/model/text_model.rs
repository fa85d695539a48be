//! The text tower of CLIP and SigLIP, with their weights' names in transformers.

use super::inputs::tokens;
use super::transformers::TextConfig;
use crate::nn::norm_with;
use crate::plan::{PlanBuilder, SlotId};

/// Token ids (u32 `[N, T]`), of which row `n` has `lengths[n]` (u32 `[N]`; all without), to states `[N, T, D]`, with the
/// weights of `text_model` as CLIP and SigLIP name them.
pub(super) fn text_model(
    b: &mut PlanBuilder,
    text: &TextConfig,
    causal: bool,
    ids: SlotId,
    lengths: Option<SlotId>,
) -> SlotId {
    b.scope("text_model", |b| {
        let x = b.scope("embeddings", |b| {
            tokens(b, ids, None, ["token_embedding.weight", "position_embedding.weight"], text.tables())
        });
        let x = text.encoder(causal).emit(b, x, lengths);
        norm_with(b, "final_layer_norm", x, text.layer_norm_eps)
    })
}
