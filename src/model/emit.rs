//! What the architectures compute, by what is asked of them. Asking a model for what it cannot do is a bug of the caller.
//!
//! Shapes: `B` pictures, `P` states of a picture, `N` rows of `T` tokens, `D` width of a tower, `E` width of the shared space.

use super::architecture::Architecture::{self, Blip, Clip, Playroom, Siglip};
use super::blip::Task;
use super::{blip, clip, playroom, siglip};
use crate::nn::{AttentionMask, CrossKv};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Which text tower reads a source by cross-attention; Playroom's two are one, the reader.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextTower {
    Encoder,
    Decoder,
}

impl Architecture {
    /// Pictures `[B, 3, S, S]` to states `[B, P, D]`.
    pub fn image_states(&self, b: &mut PlanBuilder, pixels: SlotId) -> SlotId {
        match self {
            Playroom(config) => playroom::encode_image(b, config, pixels),
            Clip(config) => clip::encode_image(b, config, pixels),
            Siglip(config) => siglip::encode_image(b, config, pixels),
            Blip(_, config) => blip::encode_image(b, config, pixels),
        }
    }

    /// States `[B, P, D]` to unit vectors `[B, E]`.
    pub fn image_embeds(&self, b: &mut PlanBuilder, states: SlotId) -> SlotId {
        match self {
            Playroom(config) => playroom::image_embeds(b, config, states),
            Clip(config) => clip::image_embeds(b, config, states),
            Siglip(config) => siglip::image_embeds(b, config, states),
            Blip(_, config) => blip::image_embeds(b, config, states),
        }
    }

    /// Texts by themselves: ids `[N, T]`, of which `lengths` (u32 `[N]`) are seen, or all, to states `[N, T, D]`.
    pub fn text_states(&self, b: &mut PlanBuilder, ids: SlotId, lengths: Option<SlotId>) -> SlotId {
        match self {
            Playroom(config) => playroom::encode_text(b, config, ids, lengths.expect(MASKED)),
            Clip(config) => clip::encode_text(b, config, ids, lengths),
            Siglip(config) => siglip::encode_text(b, config, ids, lengths),
            Blip(_, config) => blip::encode_text(b, config, ids, lengths.expect(MASKED), None),
        }
    }

    /// States `[N, T, D]` to unit vectors `[N, E]`; `pooled` as [`Architecture::pooled_by_ids`] asks for it.
    pub fn text_embeds(
        &self,
        b: &mut PlanBuilder,
        states: SlotId,
        lengths: Option<SlotId>,
        pooled: Option<SlotId>,
    ) -> SlotId {
        match self {
            Playroom(config) => playroom::text_embeds(b, config, states, lengths.expect(MASKED)),
            Clip(config) => {
                clip::text_embeds(b, config, states, pooled.expect("CLIP needs the pooled positions"))
            }
            Siglip(config) => siglip::text_embeds(b, config, states),
            Blip(_, config) => blip::text_embeds(b, config, states),
        }
    }

    /// States of pictures `[B, P, D]` to the unit vectors of their cells `[B, P, L]`, where single words are compared with them.
    pub fn cell_embeds(&self, b: &mut PlanBuilder, states: SlotId) -> Option<SlotId> {
        match self {
            Playroom(config) if config.late_width > 0 => Some(playroom::cell_embeds(b, config, states)),
            _ => None,
        }
    }

    /// States of texts `[N, T, D]` to the unit vectors of their tokens `[N, T, L]`, where those are compared with cells.
    pub fn word_embeds(&self, b: &mut PlanBuilder, states: SlotId) -> Option<SlotId> {
        match self {
            Playroom(config) if config.late_width > 0 => Some(playroom::word_embeds(b, config, states)),
            _ => None,
        }
    }

    /// CLIP's sizes: in its ids are found the rows of `[N * T, D]` that stand for the texts (u32 `[N]`).
    pub fn pooled_by_ids(&self) -> Option<&clip::Config> {
        if let Clip(config) = self { Some(config) } else { None }
    }

    /// The tower that reads pictures.
    pub fn image_reader(&self) -> TextTower {
        if matches!(self, Blip(Task::Caption, _)) { TextTower::Decoder } else { TextTower::Encoder }
    }

    /// The source that the decoder reads is the text encoder's states of a question, not the picture.
    pub fn reads_question(&self) -> bool {
        matches!(self, Blip(Task::Answer, _))
    }

    /// The keys and values by which a text tower attends to `source`, `[B, S, D]`.
    pub fn cross_kv(&self, b: &mut PlanBuilder, tower: TextTower, source: SlotId) -> CrossKv {
        match (self, tower) {
            (Playroom(config), _) => playroom::cross_kv(b, config, source),
            (Blip(_, config), TextTower::Encoder) => blip::encoder_cross_kv(b, config, source),
            (Blip(_, config), TextTower::Decoder) => blip::decoder_cross_kv(b, config, source),
            (Clip(_) | Siglip(_), _) => unreachable!("{NO_READER}"),
        }
    }

    /// Texts and the picture that they read, by a cross-encoder: ids `[N, T]` of `lengths` (u32 `[N]`) to states `[N, T, D]`.
    pub fn cross_encode(&self, b: &mut PlanBuilder, ids: SlotId, lengths: SlotId, cross: &CrossKv) -> SlotId {
        match self {
            Playroom(config) => playroom::cross_encode(b, config, ids, lengths, cross),
            Blip(_, config) => blip::encode_text(b, config, ids, lengths, Some(cross)),
            Clip(_) | Siglip(_) => unreachable!("{NO_READER}"),
        }
    }

    /// Those states to logits `[N, 2]`, no match and match.
    pub fn match_logits(&self, b: &mut PlanBuilder, states: SlotId) -> SlotId {
        match self {
            Playroom(_) => playroom::match_heads(b, states).text,
            _ => blip::match_logits(b, states),
        }
    }

    /// Texts that are written: ids `[N, T]` to states `[N, T, D]`.
    pub fn decode(&self, b: &mut PlanBuilder, ids: SlotId, mask: AttentionMask, cross: &CrossKv) -> SlotId {
        match self {
            Playroom(config) => playroom::decode(b, config, ids, mask, cross),
            Blip(_, config) => blip::decode(b, config, ids, mask, cross),
            Clip(_) | Siglip(_) => unreachable!("{NO_READER}"),
        }
    }

    /// Those states, `[.., D]`, to logits `[.., V]` of the next token.
    pub fn decoder_logits(&self, b: &mut PlanBuilder, states: SlotId) -> SlotId {
        match self {
            Playroom(config) => playroom::decoder_logits(b, config, states),
            Blip(_, config) => blip::decoder_logits(b, config, states),
            Clip(_) | Siglip(_) => unreachable!("{NO_READER}"),
        }
    }

    /// Paths of the image encoder's self-attentions, by layer.
    pub fn image_attention(&self) -> Vec<String> {
        let [before, after] = match self {
            Playroom(_) => ["vision.blocks", "self_attn"],
            _ => ["vision_model.encoder.layers", "self_attn"],
        };
        paths(before, self.vision().num_hidden_layers, after)
    }

    /// Paths of a text tower's cross-attentions, by layer.
    pub fn cross_attention(&self, tower: TextTower) -> Vec<String> {
        let [before, after] = match (self, tower) {
            (Playroom(_), _) => ["reader.blocks", "cross_attn"],
            (_, TextTower::Encoder) => ["text_encoder.encoder.layer", "crossattention.self"],
            (_, TextTower::Decoder) => ["text_decoder.bert.encoder.layer", "crossattention.self"],
        };
        paths(before, self.text().num_hidden_layers, after)
    }

    /// Paths of the decoder's self-attentions, by layer.
    pub fn decoder_attention(&self) -> Vec<String> {
        let [before, after] = match self {
            Playroom(_) => ["reader.blocks", "causal_attn"],
            _ => ["text_decoder.bert.encoder.layer", "attention.self"],
        };
        paths(before, self.text().num_hidden_layers, after)
    }

    /// Emits everything once, for the list of the weights.
    pub(super) fn emit_all(&self, b: &mut PlanBuilder) {
        let side = self.vision().image_size;
        let pixels = b.input("pixels", [1, 3, side, side], F32);
        let ids = b.input("ids", [1, 1], U32);
        let [lengths, pooled] = ["lengths", "pooled"].map(|name| b.input(name, [1], U32));
        let image = self.image_states(b, pixels);
        let read = (self.supports(Task::Match) || self.reads_question()).then(|| {
            let cross = self.cross_kv(b, TextTower::Encoder, image);
            self.cross_encode(b, ids, lengths, &cross)
        });
        if self.embeds() {
            self.image_embeds(b, image);
            self.cell_embeds(b, image);
            let text = match (self, read) {
                // One tower reads texts by themselves and with a picture.
                (Blip(..), Some(states)) => states,
                _ => self.text_states(b, ids, Some(lengths)),
            };
            self.text_embeds(b, text, Some(lengths), Some(pooled));
            self.word_embeds(b, text);
        }
        if let Some(states) = read.filter(|_| self.supports(Task::Match)) {
            self.match_logits(b, states);
        }
        if self.supports(Task::Caption) || self.supports(Task::Answer) {
            let source = read.filter(|_| self.reads_question()).unwrap_or(image);
            let cross = self.cross_kv(b, TextTower::Decoder, source);
            let states = self.decode(b, ids, AttentionMask::Causal, &cross);
            self.decoder_logits(b, states);
        }
        let (scale, shape): (&[&str], &[usize]) = match self {
            Playroom(config) if config.late_width > 0 => (&["logit_scale", "late_scale"], &[1]),
            Playroom(_) => (&["logit_scale"], &[1]),
            Clip(_) => (&["logit_scale"], &[]),
            Siglip(_) => (&["logit_scale", "logit_bias"], &[1]),
            Blip(..) => (&[], &[]),
        };
        for name in scale {
            b.param(name, shape);
        }
    }
}

const MASKED: &str = "the text encoder needs the lengths";
const NO_READER: &str = "the two towers of CLIP and SigLIP meet in their vectors only";

fn paths(before: &str, layers: usize, after: &str) -> Vec<String> {
    (0..layers).map(|i| format!("{before}.{i}.{after}")).collect()
}
