//! The towers that read words: the text encoder, and the reader in its two forms, matcher and decoder. Each tower has
//! token and position embeddings of its own.

use super::Config;
use crate::layout::Storage;
use crate::model::inputs::tokens;
use crate::nn::{AttentionMask, CrossKv, linear};
use crate::ops::activation::Activation;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{self, l2_normalize, reduce, slice};
use crate::plan::{PlanBuilder, SlotId};

/// Token ids (u32 `[N, T]`) with positions added, `[N, T, D]`. They stand at the positions `at` (u32 `[T]`), or at the first.
fn embed(b: &mut PlanBuilder, config: &Config, ids: SlotId, at: Option<SlotId>) -> SlotId {
    let sizes = [config.vocab_size, config.max_tokens, config.width()];
    tokens(b, ids, at, ["token_embedding", "position_embedding"], sizes)
}

/// Text alone: ids `[N, T]` of `lengths` (u32 `[N]`) tokens to `[N, T, D]`.
pub fn encode_text(b: &mut PlanBuilder, config: &Config, ids: SlotId, lengths: SlotId) -> SlotId {
    b.scope("text", |b| {
        let x = embed(b, config, ids, None);
        config.tower(config.text_depth).emit(b, x, AttentionMask::Bidirectional(Some(lengths)), None)
    })
}

/// Text tokens `[N, T, D]` to unit vectors `[N, E]`. Each token is widened before the mean, so that the mean can hold several
/// objects with their attributes bound.
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId, lengths: SlotId) -> SlotId {
    let width = if config.text_pool == 0 { config.embed_width } else { config.text_pool };
    let wide = linear(b, "text_pool", tokens, width, Some(Activation::Gelu));
    let pooled = reduce::mean_tokens(b, wide, lengths);
    let projected = linear(b, "text_projection", pooled, config.embed_width, None);
    l2_normalize::l2_normalize(b, projected)
}

/// What the reader sees of a picture: `image` is `[B, G*G, D]`.
pub fn cross_kv(b: &mut PlanBuilder, config: &Config, image: SlotId) -> CrossKv {
    b.scope("reader", |b| config.tower(config.reader_depth).cross_kv(b, image))
}

/// What the matcher says; each row of logits is `[no match, match]`.
#[derive(Clone, Copy, Debug)]
pub struct Matching {
    /// Of the whole text, `[N, 2]`.
    pub text: SlotId,
    /// Of each token, `[N * T, 2]`.
    pub words: SlotId,
}

/// Text that reads a picture: ids `[N, T]` of `lengths` (u32 `[N]`) tokens to the matcher's states `[N, T, D]`.
pub fn cross_encode(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    lengths: SlotId,
    cross: &CrossKv,
) -> SlotId {
    reader(b, config, ids, AttentionMask::Bidirectional(Some(lengths)), cross)
}

/// What the matcher's states `[N, T, D]` say. The verdict on the whole stands in the first token, that on each word in its own.
pub fn match_heads(b: &mut PlanBuilder, states: SlotId) -> Matching {
    b.scope("reader", |b| {
        let [rows, tokens, width] = b.shape(states)[..] else { unreachable!("states are [N, T, D]") };
        let first = slice::slice(b, states, 1, 0, 1);
        let first = b.reshape(first, [rows, width]);
        let text = linear(b, "match_head", first, 2, None);
        let all = b.reshape(states, [rows * tokens, width]);
        Matching { text, words: linear(b, "word_head", all, 2, None) }
    })
}

/// Text that reads a picture and judges it: [`cross_encode`] and [`match_heads`].
pub fn match_words(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    lengths: SlotId,
    cross: &CrossKv,
) -> Matching {
    let states = cross_encode(b, config, ids, lengths, cross);
    match_heads(b, states)
}

/// Text that reads a picture and is written on, by a causal or cached mask: hidden states `[N, T, D]`. Padding stands at the
/// end, where nothing that counts can see it.
pub fn decode(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    mask: AttentionMask,
    cross: &CrossKv,
) -> SlotId {
    reader(b, config, ids, mask, cross)
}

fn reader(b: &mut PlanBuilder, config: &Config, ids: SlotId, mask: AttentionMask, cross: &CrossKv) -> SlotId {
    b.scope("reader", |b| {
        let x = embed(b, config, ids, mask.position());
        config.tower(config.reader_depth).emit(b, x, mask, Some(cross))
    })
}

/// Next-token logits `[.., V]` of hidden states `[.., D]`, by the transposed token embedding (Press & Wolf 2017).
pub fn decoder_logits(b: &mut PlanBuilder, config: &Config, hidden: SlotId) -> SlotId {
    b.scope("reader", |b| {
        let table = b.table("token_embedding", [config.vocab_size, config.width()]);
        match table.storage {
            Storage::PLAIN => matmul(b, hidden, table.slot, Transpose { x: false, y: true }),
            _ => ops::linear::linear(b, hidden, table, None, None),
        }
    })
}
