//! CLIP (Radford et al. 2021): a vision transformer and a causal text transformer with one embedding space. Weight
//! names are those of `CLIPModel` in transformers.
//!
//! Shapes: `B` pictures, `P` patches, `N` rows of `T` tokens, `D` width of a tower, `E` width of the shared space.

mod config;

pub use config::Config;

use crate::model::encoder::Projections;
use crate::model::inputs::{patches, with_class};
use crate::model::text_model::text_model;
use crate::nn::{norm_with, projection};
use crate::ops::binary::add;
use crate::ops::embedding::embedding;
use crate::ops::l2_normalize::l2_normalize;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};

/// Pictures `[B, 3, S, S]`, normalised, to states `[B, P + 1, D]`, the class token first.
pub fn encode_image(b: &mut PlanBuilder, config: &Config, pixels: SlotId) -> SlotId {
    let vision = &config.vision;
    b.scope("vision_model", |b| {
        let x = b.scope("embeddings", |b| {
            let x = patches(b, pixels, vision.hidden_size, vision.patch_size, false);
            let class = b.param("class_embedding", [vision.hidden_size]);
            let x = with_class(b, class, x);
            let positions = b.param("position_embedding.weight", [vision.patches() + 1, vision.hidden_size]);
            add(b, x, positions)
        });
        // The name is spelt so in the files.
        let x = norm_with(b, "pre_layrnorm", x, vision.layer_norm_eps);
        vision.encoder(Projections::Separate).emit(b, x, None)
    })
}

/// States `[B, P + 1, D]` to unit vectors `[B, E]`.
pub fn image_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId) -> SlotId {
    let batch = b.shape(states)[0];
    let x = slice(b, states, 1, 0, 1);
    let x = b.reshape(x, [batch, config.vision.hidden_size]);
    let x = b.scope("vision_model", |b| norm_with(b, "post_layernorm", x, config.vision.layer_norm_eps));
    let x = projection(b, "visual_projection", x, config.projection_dim);
    b.name(x, "vision_pooled");
    l2_normalize(b, x)
}

/// Token ids (u32 `[N, T]`), of which row `n` has `lengths[n]` (u32 `[N]`; all without), to states `[N, T, D]`.
pub fn encode_text(b: &mut PlanBuilder, config: &Config, ids: SlotId, lengths: Option<SlotId>) -> SlotId {
    text_model(b, &config.text, true, ids, lengths)
}

/// States `[N, T, D]` to unit vectors `[N, E]`; `pooled` (u32 `[N]`) are the rows of `[N * T, D]` that stand for the
/// texts, see [`Config::pooled_position`].
pub fn text_embeds(b: &mut PlanBuilder, config: &Config, states: SlotId, pooled: SlotId) -> SlotId {
    let rows = b.shape(states).rows();
    let x = b.reshape(states, [rows, config.text.hidden_size]);
    let x = embedding(b, x, pooled);
    let x = projection(b, "text_projection", x, config.projection_dim);
    b.name(x, "text_pooled");
    l2_normalize(b, x)
}
