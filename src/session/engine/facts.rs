//! What the page is told of a model.

use crate::infer::checkpoint::Checkpoint;
use crate::infer::{self, Runner};
use crate::precision::Precision;
use crate::session::abilities::abilities;
use crate::session::protocol::{Abilities, Decoding, Failure, ModelFacts, ModelKind, Stack};

pub(super) async fn of_checkpoint(checkpoint: &mut Checkpoint, name: &str) -> Result<ModelFacts, Failure> {
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
        decoding: match checkpoint.generation.decoding() {
            infer::Decoding::Beam { width } => Decoding::Beam { width: width as u32 },
            infer::Decoding::Greedy | infer::Decoding::Sample { .. } => Decoding::Greedy,
        },
        notes: checkpoint.notes.clone(),
    })
}

/// The layer that `eval.json` measured as the best at pointing; the last one where it does not tell.
fn pointing_layer(eval: &str, layers: usize) -> u32 {
    let json: Option<serde_json::Value> = serde_json::from_str(eval).ok();
    let layer =
        json.and_then(|json| json["pointing"]["layer"].as_u64()).filter(|&layer| layer < layers as u64);
    layer.unwrap_or(layers as u64 - 1) as u32
}

pub(super) async fn of_playroom(runner: &Runner, eval_json: String) -> Result<ModelFacts, Failure> {
    let config = &runner.config;
    let stack = |layers: usize| Stack { layers: layers as u32, heads: config.heads as u32 };
    Ok(ModelFacts {
        name: "Playroom".to_string(),
        kind: ModelKind::Playroom,
        abilities: Abilities { embeds: true, captions: true, answers: true, matches: true },
        parameters: runner.parameters() as u64,
        embed_dim: config.embed_width as u32,
        image_size: config.image_size as u32,
        grid: config.grid() as u32,
        image_encoder: stack(config.vision_depth),
        decoder: stack(config.reader_depth),
        matcher: stack(config.reader_depth),
        logit_scale: runner.temperature().await?,
        logit_bias: 0.0,
        is_sigmoid: false,
        pointing_layer: pointing_layer(&eval_json, config.reader_depth),
        eval_json,
        precision: Precision::F32,
        decoding: Decoding::Greedy,
        notes: Vec::new(),
    })
}
