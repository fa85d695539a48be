//! BLIP (Li et al. 2022): a vision transformer, and a text transformer that reads the picture by cross-attention.
//! Weight names are those of `BlipForConditionalGeneration`, `BlipForImageTextRetrieval` and
//! `BlipForQuestionAnswering` in transformers.
//!
//! Shapes: `B` pictures, `P` patches, `N = B * R` rows of `T` tokens (`R` rows read the same picture), `D` width of a
//! tower, `E` width of the shared space, `V` vocabulary.

mod config;
mod text;

pub use config::{Config, Task};

use crate::model::encoder::Projections;
use crate::model::inputs::{patches, with_class};
use crate::nn::{AttentionMask, CrossKv, linear, norm_with};
use crate::ops::binary::add;
use crate::ops::l2_normalize::l2_normalize;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};

const ENCODER: &str = "text_encoder";
const DECODER: &str = "text_decoder";
const DECODER_LAYERS: &str = "text_decoder.bert";

/// Pictures `[B, 3, S, S]`, normalised, to states `[B, P + 1, D]`, the class token first.
pub fn encode_image(b: &mut PlanBuilder, config: &Config, pixels: SlotId) -> SlotId {
    let vision = &config.vision;
    b.scope("vision_model", |b| {
        let x = b.scope("embeddings", |b| {
            let x = patches(b, pixels, vision.hidden_size, vision.patch_size, true);
            let class = b.param("class_embedding", [1, 1, vision.hidden_size]);
            let x = with_class(b, class, x);
            let positions = b.param("position_embedding", [1, vision.patches() + 1, vision.hidden_size]);
            add(b, x, positions)
        });
        let x = vision.encoder(Projections::Joined).emit(b, x, None);
        norm_with(b, "post_layernorm", x, vision.layer_norm_eps)
    })
}

/// What the text encoder sees of `source` (picture states `[B, P + 1, D]`).
pub fn encoder_cross_kv(b: &mut PlanBuilder, config: &Config, source: SlotId) -> CrossKv {
    b.scope(ENCODER, |b| config.cross_kv(b, source))
}

/// What the decoder sees of `source`: picture states, or in answering the states of the question.
pub fn decoder_cross_kv(b: &mut PlanBuilder, config: &Config, source: SlotId) -> CrossKv {
    b.scope(DECODER_LAYERS, |b| config.cross_kv(b, source))
}

/// Bidirectional text, alone or reading a picture: ids (u32 `[N, T]`) of `lengths` (u32 `[N]`) to `[N, T, D]`.
pub fn encode_text(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    lengths: SlotId,
    cross: Option<&CrossKv>,
) -> SlotId {
    b.scope(ENCODER, |b| config.states(b, ids, AttentionMask::Bidirectional(Some(lengths)), cross))
}

/// Text that reads a source and is written on, by a causal or cached mask: states `[N, T, D]`. Padding stands at the end,
/// where nothing that counts can see it.
pub fn decode(
    b: &mut PlanBuilder,
    config: &Config,
    ids: SlotId,
    mask: AttentionMask,
    cross: &CrossKv,
) -> SlotId {
    b.scope(DECODER_LAYERS, |b| config.states(b, ids, mask, Some(cross)))
}

/// Next-token logits `[.., V]` of the decoder's states `[.., D]`.
pub fn decoder_logits(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    b.scope(DECODER, |b| config.logits(b, states))
}

/// Picture states `[B, P + 1, D]` to unit vectors `[B, E]`.
pub fn image_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    embeds(b, config, "vision_proj", states)
}

/// States of text alone, `[N, T, D]`, to unit vectors `[N, E]`.
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    embeds(b, config, "text_proj", states)
}

/// Logits `[N, 2]`, no match and match, of states of text that reads a picture, `[N, T, D]`.
pub fn match_logits(b: &mut PlanBuilder, states: SlotId) -> SlotId {
    let first = first(b, states);
    linear(b, "itm_head", first, 2, None)
}

fn embeds(b: &mut PlanBuilder, config: &Config, projection: &str, states: SlotId) -> SlotId {
    let first = first(b, states);
    let x = linear(b, projection, first, config.image_text_hidden_size, None);
    l2_normalize(b, x)
}

/// The first position of `[N, T, D]`: `[N, D]`.
fn first(b: &mut PlanBuilder, states: SlotId) -> SlotId {
    let (rows, width) = (b.shape(states)[0], b.shape(states).last());
    let x = slice(b, states, 1, 0, 1);
    b.reshape(x, [rows, width])
}

/// Other names under which a file may hold a weight: the decoder's matrix and bias are shared with others, and which of
/// the two names is kept depends on who saved the file.
pub(super) fn tied(config: &Config, name: &str) -> Vec<String> {
    match name {
        "text_decoder.bert.embeddings.word_embeddings.weight" if config.writing.tie_word_embeddings => {
            vec!["text_decoder.cls.predictions.decoder.weight".to_string()]
        }
        "text_decoder.cls.predictions.bias" => vec!["text_decoder.cls.predictions.decoder.bias".to_string()],
        _ => Vec::new(),
    }
}
