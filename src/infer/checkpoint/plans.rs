//! The plans of a checkpoint, by what is asked of it.

use crate::infer::cache::{self, Extent, KINDS};
use crate::layout::Layout;
use crate::model::architecture::Architecture;
use crate::model::blip::{self, Task};
use crate::model::{clip, siglip};
use crate::nn::Memory;
use crate::ops::embedding::embedding;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::precision::Precision;
use crate::tensor::DType::{F32, U32};

/// What a plan computes, with its shape. Inputs and outputs are slots of these names:
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Job {
    /// `pixels` `[B, 3, S, S]` to `image_states`, and `image_embeds` `[B, E]` where the model has them; of BLIP also the
    /// keys and values by which texts read the picture.
    Image { batch: usize },
    /// `ids` `[N, T]` (and `lengths` `[N]` where masked, `pooled` `[N]` of CLIP) to `text_embeds` `[N, E]`.
    Text { rows: usize, tokens: usize, masked: bool },
    /// `ids` `[N, T]`, `lengths` `[N]` with one picture of `source` states to `match_logits` `[N, 2]`.
    Match { rows: usize, tokens: usize, source: usize },
    /// `ids` `[1, T]`, `lengths` `[1]` with one picture of `source` states to `question_states` `[1, T, D]`, and the keys
    /// and values by which the answer reads them.
    Question { tokens: usize, source: usize },
    /// `ids` `[N, T]` that read `source` states to `logits` `[N, V]` at the rows `last` (u32 `[N]`) of `[N * T, D]`.
    Decode { rows: usize, tokens: usize, source: usize },
    /// The tokens `ids` `[N, 1]` at the place `at` `[1]` of `N` texts, whose keys and values are kept in `held`, `[N, L]`:
    /// `lengths` (`[N]`, `at + 1`) of them, the tokens' own at `slots` `[N]` of `[N * L]`. Reading `source` states, to `logits`
    /// `[N, V]`.
    Next { held: Extent, source: usize },
    /// What is kept in `from`, at the slots `taken` of `[N * L]`, to the slots `put` of `to`.
    Move { from: Extent, to: Extent },
}

/// Which of a model's text towers reads a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reader {
    Encoder,
    Decoder,
}

impl Reader {
    /// The path of a layer's keys and values in the plan that makes them.
    pub(super) fn path(self, layer: usize) -> String {
        let tower = match self {
            Reader::Encoder => "text_encoder",
            Reader::Decoder => "text_decoder.bert",
        };
        format!("{tower}.encoder.layer.{layer}.crossattention.self")
    }

    /// The name under which they are kept on the device; one for each length, so that plans never lose theirs.
    pub(super) fn kept(self, layer: usize, source: usize, name: &str) -> String {
        format!("{}.{name}.{source}", self.path(layer))
    }
}

/// The plan of a job; asking a model for what it cannot do is a bug of the caller.
pub(super) fn plan(
    architecture: &Architecture,
    job: Job,
    traced: bool,
    (precision, layout): (Precision, Layout),
) -> Plan {
    let b = PlanBuilder::new().keeping(precision).laying(layout);
    let mut b = if traced { b.traced() } else { b };
    match (job, architecture) {
        (Job::Image { batch }, _) => image(&mut b, architecture, batch),
        (Job::Text { rows, tokens, masked }, _) => text(&mut b, architecture, [rows, tokens], masked),
        (Job::Match { rows, tokens, source }, Architecture::Blip(Task::Match, config)) => {
            let states = reading(&mut b, config, [rows, tokens], source);
            let logits = blip::match_logits(&mut b, states);
            b.name(logits, "match_logits");
        }
        (Job::Question { tokens, source }, Architecture::Blip(Task::Answer, config)) => {
            let states = reading(&mut b, config, [1, tokens], source);
            blip::decoder_memory(&mut b, config, states);
            b.name(states, "question_states");
        }
        (Job::Decode { rows, tokens, source }, Architecture::Blip(_, config)) => {
            decode(&mut b, config, [rows, tokens], source);
        }
        (Job::Next { held, source }, Architecture::Blip(_, config)) => next(&mut b, config, held, source),
        (Job::Move { from, to }, Architecture::Blip(_, config)) => {
            cache::move_kept(&mut b, &own_paths(config), [from, to], config.text.hidden_size);
        }
        _ => panic!("{job:?} of a model that cannot do it"),
    }
    b.finish()
}

fn image(b: &mut PlanBuilder, architecture: &Architecture, batch: usize) {
    let side = architecture.vision().image_size;
    let pixels = b.input("pixels", [batch, 3, side, side], F32);
    let (states, embeds) = match architecture {
        Architecture::Clip(config) => {
            let states = clip::encode_image(b, config, pixels);
            (states, Some(clip::image_embeds(b, config, states)))
        }
        Architecture::Siglip(config) => {
            let states = siglip::encode_image(b, config, pixels);
            (states, Some(siglip::image_embeds(b, config, states)))
        }
        Architecture::Blip(task, config) => {
            let states = blip::encode_image(b, config, pixels);
            match task {
                Task::Caption => blip::decoder_memory(b, config, states),
                Task::Match | Task::Answer => blip::encoder_memory(b, config, states),
            };
            (states, (*task == Task::Match).then(|| blip::image_embeds(b, config, states)))
        }
    };
    if let Some(embeds) = embeds {
        b.name(embeds, "image_embeds");
    }
    // The encoder of CLIP ends with a layer, whose output has a name already.
    match architecture {
        Architecture::Clip(_) => {}
        _ => b.name(states, "image_states"),
    }
}

fn text(b: &mut PlanBuilder, architecture: &Architecture, [rows, tokens]: [usize; 2], masked: bool) {
    let ids = b.input("ids", [rows, tokens], U32);
    let lengths = masked.then(|| b.input("lengths", [rows], U32));
    let embeds = match architecture {
        Architecture::Clip(config) => {
            let pooled = b.input("pooled", [rows], U32);
            let states = clip::encode_text(b, config, ids, lengths);
            let embeds = clip::text_embeds(b, config, states, pooled);
            b.name(states, "text_states");
            embeds
        }
        Architecture::Siglip(config) => {
            let states = siglip::encode_text(b, config, ids, lengths);
            let embeds = siglip::text_embeds(b, config, states);
            b.name(states, "text_states");
            embeds
        }
        Architecture::Blip(Task::Match, config) => {
            let lengths = lengths.expect("BLIP's text encoder is told the lengths");
            let states = blip::encode_text(b, config, ids, lengths, None);
            let embeds = blip::text_embeds(b, config, states);
            b.name(states, "text_states");
            embeds
        }
        Architecture::Blip(task, _) => panic!("embeddings of a BLIP for {task:?}"),
    };
    b.name(embeds, "text_embeds");
}

/// Text that reads a picture: states `[N, T, D]`.
fn reading(b: &mut PlanBuilder, config: &blip::Config, [rows, tokens]: [usize; 2], source: usize) -> SlotId {
    let ids = b.input("ids", [rows, tokens], U32);
    let lengths = b.input("lengths", [rows], U32);
    let memory = kept(b, config, Reader::Encoder, source);
    blip::encode_text(b, config, ids, lengths, Some(&memory))
}

fn decode(b: &mut PlanBuilder, config: &blip::Config, [rows, tokens]: [usize; 2], source: usize) {
    let ids = b.input("ids", [rows, tokens], U32);
    let last = b.input("last", [rows], U32);
    let memory = kept(b, config, Reader::Decoder, source);
    let states = blip::decode(b, config, ids, &memory);
    let states = b.reshape(states, [rows * tokens, config.text.hidden_size]);
    let states = embedding(b, states, last);
    let logits = blip::decoder_logits(b, config, states);
    b.name(logits, "logits");
}

fn next(b: &mut PlanBuilder, config: &blip::Config, held: Extent, source: usize) {
    let (ids, place) = cache::emit_inputs(b, held[0]);
    let memory = kept(b, config, Reader::Decoder, source);
    let own = cache::own(b, &own_paths(config), held, config.text.hidden_size);
    let states = blip::decode_next(b, config, ids, place, &own, &memory);
    let states = b.reshape(states, [held[0], config.text.hidden_size]);
    let logits = blip::decoder_logits(b, config, states);
    b.name(logits, "logits");
}

/// The decoder's self-attentions, by layer.
pub(super) fn own_paths(config: &blip::Config) -> Vec<String> {
    let path = |i: usize| format!("text_decoder.bert.encoder.layer.{i}.attention.self");
    (0..config.text.num_hidden_layers).map(path).collect()
}

/// The keys and values that the device keeps of a source.
fn kept(b: &mut PlanBuilder, config: &blip::Config, reader: Reader, source: usize) -> Memory {
    let shape = [1, source, config.text.hidden_size];
    let mut layer = |i: usize| KINDS.map(|name| b.stored(&reader.kept(i, source, name), shape));
    Memory { blocks: (0..config.text.num_hidden_layers).map(&mut layer).collect() }
}
