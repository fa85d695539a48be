//! SigLIP (Zhai et al. 2023): two transformers with one embedding space, trained pair by pair with a sigmoid. Weight
//! names are those of `SiglipModel` in transformers.
//!
//! Shapes: `B` pictures, `P` patches, `N` rows of `T` tokens, `D` width of a tower, `E` width of the shared space.

mod config;

pub use config::Config;

use crate::model::encoder::{Projections, feed_forward};
use crate::model::inputs::{patches, repeated};
use crate::model::text_model::text_model;
use crate::model::transformers::VisionConfig;
use crate::nn::{linear, norm_with};
use crate::ops::attention::{Attention, attention};
use crate::ops::binary::add;
use crate::ops::l2_normalize::l2_normalize;
use crate::ops::linear::linear as affine;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};

/// Pictures `[B, 3, S, S]`, normalised, to states `[B, P, D]`.
pub fn encode_image(b: &mut PlanBuilder, config: &Config, pixels: SlotId) -> SlotId {
    let vision = &config.vision;
    b.scope("vision_model", |b| {
        let x = b.scope("embeddings", |b| {
            let x = patches(b, pixels, vision.hidden_size, vision.patch_size, true);
            let positions = b.param("position_embedding.weight", [vision.patches(), vision.hidden_size]);
            add(b, x, positions)
        });
        let x = vision.encoder(Projections::Separate).emit(b, x, None);
        norm_with(b, "post_layernorm", x, vision.layer_norm_eps)
    })
}

/// States `[B, P, D]` to unit vectors `[B, E]`, `E = D`: a learnt query, `probe`, attends to them (Lee et al. 2019).
pub fn image_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    let (vision, batch) = (&config.vision, b.shape(states)[0]);
    let x = b.scope("vision_model.head", |b| {
        let probe = b.param("probe", [1, 1, vision.hidden_size]);
        let probe = repeated(b, probe, batch);
        let x = b.scope("attention", |b| pool(b, vision, probe, states));
        let h = norm_with(b, "layernorm", x, vision.layer_norm_eps);
        let h = feed_forward(b, h, vision.intermediate_size, vision.hidden_act);
        add(b, x, h)
    });
    let x = b.reshape(x, [batch, vision.hidden_size]);
    b.name(x, "vision_pooled");
    l2_normalize(b, x)
}

/// Attention of `probe` `[B, 1, D]` to `states`, with the weights of `torch.nn.MultiheadAttention`, which keeps the
/// projections of queries, keys and values one after another.
fn pool(b: &mut PlanBuilder, vision: &VisionConfig, probe: SlotId, states: SlotId) -> SlotId {
    let width = vision.hidden_size;
    let weight = b.param("in_proj_weight", [3 * width, width]);
    let bias = b.param("in_proj_bias", [3 * width]);
    let mut project = |i: usize, x: SlotId| {
        let weight = slice(b, weight, 0, i * width, width);
        let (weight, bias) = (b.as_matrix(weight), slice(b, bias, 0, i * width, width));
        affine(b, x, weight, Some(bias), None)
    };
    let (q, k, v) = (project(0, probe), project(1, states), project(2, states));
    let heads = Attention { heads: vision.num_attention_heads, causal: false };
    let h = attention(b, heads, q, k, v, None);
    linear(b, "out_proj", h, width, None)
}

/// Token ids (u32 `[N, T]`) to states `[N, T, D]`. The published models were trained to see the padding: `lengths`
/// (u32 `[N]`) are given only where it is to be hidden.
pub fn encode_text(b: &mut PlanBuilder, config: &Config, ids: SlotId, lengths: Option<SlotId>) -> SlotId {
    text_model(b, &config.text, false, ids, lengths)
}

/// States `[N, T, D]` to unit vectors `[N, E]`: the last position stands for the text.
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    let [rows, tokens, width] = b.shape(states)[..] else { unreachable!("states are [N, T, D]") };
    let x = slice(b, states, 1, tokens - 1, 1);
    let x = b.reshape(x, [rows, width]);
    let x = b.scope("text_model", |b| linear(b, "head", x, config.embedding_size(), None));
    b.name(x, "text_pooled");
    l2_normalize(b, x)
}
