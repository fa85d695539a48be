//! The towers that read words: text encoder, matcher and decoder. Each has token and position embeddings of its own.

use super::Config;
use crate::nn::linear;
use crate::ops::embedding::embedding;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{binary, l2_normalize, reduce, slice};
use crate::plan::{PlanBuilder, SlotId};

/// Token ids (u32 `[N, T]`) with positions added: `[N, T, D]`.
fn embed(b: &mut PlanBuilder, config: &Config, ids: SlotId) -> SlotId {
    let tokens = b.shape(ids)[1];
    assert!(tokens <= config.max_tokens, "{tokens} tokens exceed the longest row of {}", config.max_tokens);
    let table = b.param("token_embedding", [config.vocab_size, config.width()]);
    let positions = b.param("position_embedding", [config.max_tokens, config.width()]);
    let x = embedding(b, table, ids);
    let positions = slice::slice(b, positions, 0, 0, tokens);
    binary::add(b, x, positions)
}

/// Text alone: ids `[N, T]` of `lengths` (u32 `[N]`) tokens to `[N, T, D]`.
pub fn encode_text(b: &mut PlanBuilder, config: &Config, ids: SlotId, lengths: SlotId) -> SlotId {
    b.scope("text", |b| {
        let x = embed(b, config, ids);
        config.tower(config.text_depth, false).emit(b, x, Some(lengths), None)
    })
}

/// Text tokens `[N, T, D]` to unit vectors `[N, E]`.
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId, lengths: SlotId) -> SlotId {
    let pooled = reduce::mean_tokens(b, tokens, lengths);
    let projected = linear(b, "text_projection", pooled, config.embed_width, None);
    l2_normalize::l2_normalize(b, projected)
}

/// Text that reads a picture, to two logits `[N, 2]`: no match, match. `image` is `[B, G*G, D]`.
pub fn match_logits(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    lengths: SlotId,
    image: SlotId,
) -> SlotId {
    b.scope("matcher", |b| {
        let x = embed(b, config, ids);
        let x = config.tower(config.matcher_depth, false).emit(b, x, Some(lengths), Some(image));
        let pooled = reduce::mean_tokens(b, x, lengths);
        linear(b, "head", pooled, 2, None)
    })
}

/// Causal text that reads a picture: hidden states `[N, T, D]`. Padding stands at the end, where nothing that
/// counts can see it.
pub fn decode(b: &mut PlanBuilder, config: &Config, ids: SlotId, image: SlotId) -> SlotId {
    b.scope("decoder", |b| {
        let x = embed(b, config, ids);
        config.tower(config.decoder_depth, true).emit(b, x, None, Some(image))
    })
}

/// Next-token logits `[.., V]` of hidden states `[.., D]`, by the transposed token embedding (Press & Wolf 2017).
pub fn decoder_logits(b: &mut PlanBuilder, config: &Config, hidden: SlotId) -> SlotId {
    b.scope("decoder", |b| {
        let table = b.param("token_embedding", [config.vocab_size, config.width()]);
        matmul(b, hidden, table, Transpose { x: false, y: true })
    })
}
