//! What the page is told of a published checkpoint.

use crate::infer;
use crate::infer::checkpoint::Checkpoint;
use crate::session::abilities::abilities;
use crate::session::protocol::{Decoding, Failure, ModelFacts, Stack};

pub(in crate::session::engine) async fn facts(
    checkpoint: &mut Checkpoint,
    name: &str,
) -> Result<ModelFacts, Failure> {
    let (kind, abilities) = abilities(&checkpoint.architecture);
    let (text, vision) = (checkpoint.architecture.text(), checkpoint.architecture.vision());
    let stack = |layers: usize, heads: usize| Stack { layers: layers as u32, heads: heads as u32 };
    let text_stack = stack(text.num_hidden_layers, text.num_attention_heads);
    let none = stack(0, 0);
    let image_encoder = stack(vision.num_hidden_layers, vision.num_attention_heads);
    let (image_size, grid) = (vision.image_size as u32, checkpoint.grid() as u32);
    let embed_dim = checkpoint.embed_dim() as u32;
    let scale = checkpoint.scale().await?;
    Ok(ModelFacts {
        name: name.to_string(),
        kind,
        abilities,
        parameters: checkpoint.architecture.parameters(),
        embed_dim,
        image_size,
        grid,
        image_encoder,
        decoder: if abilities.captions || abilities.answers { text_stack } else { none },
        // In answering the question reads the picture as a sentence does in matching.
        matcher: if abilities.matches || abilities.answers { text_stack } else { none },
        logit_scale: scale.factor,
        logit_bias: scale.bias,
        is_sigmoid: scale.sigmoid,
        // Nothing is known of which layer points best: the middle ones do in BLIP (ALBEF, Li et al. 2021, took the third
        // of six).
        pointing_layer: (text_stack.layers / 2).saturating_sub(1),
        eval_json: String::new(),
        precision: checkpoint.precision,
        decoding: match checkpoint.decoding(None) {
            infer::Decoding::Beam { width } => Decoding::Beam { width: width as u32 },
            infer::Decoding::Greedy | infer::Decoding::Sample { .. } => Decoding::Greedy,
        },
        notes: checkpoint.notes.clone(),
    })
}
