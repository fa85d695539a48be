//! The image encoder: a convolutional stem and a vision transformer (Dosovitskiy et al. 2021; Xiao et al. 2021).

use super::Config;
use crate::nn::{AttentionMask, linear};
use crate::ops::activation::{Activation, activation};
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{binary, conv2d, l2_normalize, permute, reduce, softmax};
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

/// What a slot reads of each cell.
const SLOT_WIDTH: usize = 64;

/// Image tokens `[B, G*G, D]` to unit vectors `[B, E]`.
pub fn image_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId) -> SlotId {
    let pooled = match config.image_slots {
        0 => {
            let wide = linear(b, "image_pool", tokens, config.embed_width, Some(Activation::Gelu));
            reduce::mean(b, wide, 1)
        }
        slots => read_slots(b, slots, tokens),
    };
    let projected = linear(b, "image_projection", pooled, config.embed_width, None);
    l2_normalize::l2_normalize(b, projected)
}

/// `[B, S * W]`: slot `s` reads `sum_p softmax_p(score_s(p)) gelu(value(p))` of the cells `p`. Where a slot has learned to
/// look at a part of the picture, what stands there stays bound to it, which a mean over all cells would lose.
fn read_slots(b: &mut PlanBuilder, slots: usize, tokens: SlotId) -> SlotId {
    let batch = b.shape(tokens)[0];
    let scores = linear(b, "image_slots.scores", tokens, slots, None);
    let scores = permute::permute(b, scores, &[0, 2, 1]);
    let shares = softmax::softmax(b, scores);
    let values = linear(b, "image_slots.values", tokens, SLOT_WIDTH, Some(Activation::Gelu));
    let read = matmul(b, shares, values, Transpose { x: false, y: false });
    b.reshape(read, [batch, slots * SLOT_WIDTH])
}
