//! The towers that read words: the text encoder, and the reader in its two forms, matcher and decoder. Each tower has
//! token and position embeddings of its own.

use super::Config;
use crate::nn::{Memory, Place, linear};
use crate::ops::activation::Activation;
use crate::ops::embedding::embedding;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{binary, l2_normalize, reduce, slice};
use crate::plan::{PlanBuilder, SlotId};

/// Token ids (u32 `[N, T]`) with positions added, `[N, T, D]`. They stand at the positions `at` (u32 `[T]`), or at the first.
fn embed(b: &mut PlanBuilder, config: &Config, ids: SlotId, at: Option<SlotId>) -> SlotId {
    let tokens = b.shape(ids)[1];
    assert!(tokens <= config.max_tokens, "{tokens} tokens exceed the longest row of {}", config.max_tokens);
    let table = b.param("token_embedding", [config.vocab_size, config.width()]);
    let positions = b.param("position_embedding", [config.max_tokens, config.width()]);
    let x = embedding(b, table, ids);
    let positions = match at {
        Some(at) => embedding(b, positions, at),
        None => slice::slice(b, positions, 0, 0, tokens),
    };
    binary::add(b, x, positions)
}

/// Text alone: ids `[N, T]` of `lengths` (u32 `[N]`) tokens to `[N, T, D]`.
pub fn encode_text(b: &mut PlanBuilder, config: &Config, ids: SlotId, lengths: SlotId) -> SlotId {
    b.scope("text", |b| {
        let x = embed(b, config, ids, None);
        config.tower(config.text_depth, false).emit(b, x, Some(lengths), None)
    })
}

/// Text tokens `[N, T, D]` to unit vectors `[N, E]`, as [`super::image_embeds`].
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId, lengths: SlotId) -> SlotId {
    let wide = linear(b, "text_pool", tokens, config.embed_width, Some(Activation::Gelu));
    let pooled = reduce::mean_tokens(b, wide, lengths);
    let projected = linear(b, "text_projection", pooled, config.embed_width, None);
    l2_normalize::l2_normalize(b, projected)
}

/// What the reader sees of a picture: `image` is `[B, G*G, D]`.
pub fn memory(b: &mut PlanBuilder, config: &Config, image: SlotId) -> Memory {
    b.scope("reader", |b| config.tower(config.reader_depth, false).memory(b, image))
}

/// What the matcher says; each row of logits is `[no match, match]`.
#[derive(Clone, Copy, Debug)]
pub struct Matching {
    /// Of the whole text, `[N, 2]`.
    pub text: SlotId,
    /// Of each token, `[N * T, 2]`.
    pub words: SlotId,
}

/// Text that reads a picture and judges it. The verdict on the whole stands in the first token, that on each word in its own.
pub fn match_words(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    lengths: SlotId,
    memory: &Memory,
) -> Matching {
    b.scope("reader", |b| {
        let x = embed(b, config, ids, None);
        let x = config.tower(config.reader_depth, false).emit(b, x, Some(lengths), Some(memory));
        let [rows, tokens, width] = b.shape(x)[..] else { unreachable!("embeddings are [N, T, D]") };
        let first = slice::slice(b, x, 1, 0, 1);
        let first = b.reshape(first, [rows, width]);
        let text = linear(b, "match_head", first, 2, None);
        let all = b.reshape(x, [rows * tokens, width]);
        Matching { text, words: linear(b, "word_head", all, 2, None) }
    })
}

/// Causal text that reads a picture: hidden states `[N, T, D]`. Padding stands at the end, where nothing that
/// counts can see it.
pub fn decode(b: &mut PlanBuilder, config: &Config, ids: SlotId, memory: &Memory) -> SlotId {
    b.scope("reader", |b| {
        let x = embed(b, config, ids, None);
        config.tower(config.reader_depth, true).emit(b, x, None, Some(memory))
    })
}

/// As [`decode`] for one token of each row (ids u32 `[N, 1]`), the keys and values of the rows being kept in `own`: `[N, 1, D]`.
pub fn decode_next(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    place: Place,
    own: &Memory,
    memory: &Memory,
) -> SlotId {
    b.scope("reader", |b| {
        let x = embed(b, config, ids, Some(place.at));
        config.tower(config.reader_depth, true).emit_next(b, x, own, place, Some(memory))
    })
}

/// Next-token logits `[.., V]` of hidden states `[.., D]`, by the transposed token embedding (Press & Wolf 2017).
pub fn decoder_logits(b: &mut PlanBuilder, config: &Config, hidden: SlotId) -> SlotId {
    b.scope("reader", |b| {
        let table = b.param("token_embedding", [config.vocab_size, config.width()]);
        matmul(b, hidden, table, Transpose { x: false, y: true })
    })
}
