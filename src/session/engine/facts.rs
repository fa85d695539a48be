//! What the page is told of a model.

use crate::infer::{self, VisionLanguageModel};
use crate::model::architecture::Architecture;
use crate::session::abilities::abilities;
use crate::session::protocol::{DecodingChoice, Failure, ModelFacts, Stack};

/// The facts of a model of this name, of which `eval.json` says what was measured; it is empty of published ones.
pub(super) async fn facts(
    model: &VisionLanguageModel,
    name: &str,
    eval_json: String,
) -> Result<ModelFacts, Failure> {
    let (kind, abilities) = abilities(&model.architecture);
    let (text, vision) = (model.architecture.text(), model.architecture.vision());
    let stack = |layers: usize, heads: usize| Stack { layers: layers as u32, heads: heads as u32 };
    let text_stack = stack(text.num_hidden_layers, text.num_attention_heads);
    let none = stack(0, 0);
    let scale = model.logit_scale().await?;
    Ok(ModelFacts {
        name: name.to_string(),
        kind,
        abilities,
        parameters: model.architecture.parameters(),
        embed_dim: model.architecture.embed_dim() as u32,
        image_size: vision.image_size as u32,
        grid: model.architecture.grid() as u32,
        image_encoder: stack(vision.num_hidden_layers, vision.num_attention_heads),
        decoder: if abilities.captions || abilities.answers { text_stack } else { none },
        // In answering the question reads the picture as a sentence does in matching.
        matcher: if abilities.matches || abilities.answers { text_stack } else { none },
        logit_scale: scale.factor,
        logit_bias: scale.bias,
        late_scale: if abilities.compares_words { model.late_temperature().await? } else { 0.0 },
        is_sigmoid: scale.sigmoid,
        pointing_layer: match model.architecture {
            Architecture::Playroom(_) => pointing_layer(&eval_json, text_stack.layers),
            // Nothing is known of which layer points best: the middle ones do in BLIP (ALBEF, Li et al. 2021, took the third
            // of six).
            _ => (text_stack.layers / 2).saturating_sub(1),
        },
        eval_json,
        precision: model.precision,
        decoding: match model.generation.decoding() {
            infer::Decoding::Beam { width } => DecodingChoice::Beam { width: width as u32 },
            infer::Decoding::Greedy | infer::Decoding::Sample { .. } => DecodingChoice::Greedy,
        },
        notes: model.notes.clone(),
    })
}

/// The layer that `eval.json` measured as the best at pointing; the last one where it does not tell.
fn pointing_layer(eval: &str, layers: u32) -> u32 {
    let json: Option<serde_json::Value> = serde_json::from_str(eval).ok();
    let layer = json.and_then(|json| json["pointing"]["layer"].as_u64());
    layer.filter(|&layer| layer < u64::from(layers)).map_or(layers - 1, |layer| layer as u32)
}
