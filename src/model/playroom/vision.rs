//! The image encoder: a convolutional stem and a vision transformer (Dosovitskiy et al. 2021; Xiao et al. 2021).

use super::Config;
use crate::nn::{AttentionMask, linear};
use crate::ops::activation::{Activation, activation};
use crate::ops::{binary, conv2d, l2_normalize, permute, reduce};
use crate::plan::{PlanBuilder, SlotId};

/// Pictures `[B, 3, H, W]`, channels scaled to `[-1, 1]`, to tokens `[B, G*G, D]` in row-major cell order.
pub fn encode_image(b: &mut PlanBuilder, config: &Config, pixels: SlotId) -> SlotId {
    b.scope("vision", |b| {
        let mut x = pixels;
        for (i, &channels) in config.stem.iter().enumerate() {
            x = b.scope(format!("stem.{i}"), |b| {
                let inputs = b.shape(x)[1];
                let weight = b.param("weight", [channels, inputs, 3, 3]);
                let bias = b.param("bias", [channels]);
                conv2d::conv2d(b, x, weight, Some(bias), 2, 1)
            });
            if i + 1 < config.stem.len() {
                x = activation(b, x, Activation::Gelu);
            }
        }
        let (batch, cells, width) = (b.shape(x)[0], config.grid() * config.grid(), config.width());
        let x = b.reshape(x, [batch, width, cells]);
        let x = permute::permute(b, x, &[0, 2, 1]);
        let positions = b.param("position_embedding", [cells, width]);
        let x = binary::add(b, x, positions);
        config.tower(config.vision_depth).emit(b, x, AttentionMask::Bidirectional(None), None)
    })
}

/// Image tokens `[B, G*G, D]` to unit vectors `[B, E]`. Each token is widened before the mean, so that the mean can hold
/// several objects with their attributes bound.
pub fn image_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId) -> SlotId {
    let wide = linear(b, "image_pool", tokens, config.embed_width, Some(Activation::Gelu));
    let pooled = reduce::mean(b, wide, 1);
    let projected = linear(b, "image_projection", pooled, config.embed_width, None);
    l2_normalize::l2_normalize(b, projected)
}
