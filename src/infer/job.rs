//! The plans of a model, by what is asked of it.

use super::kv_cache::{self, CacheShape, KINDS};
use crate::layout::Layout;
use crate::model::architecture::Architecture;
use crate::model::emit::TextTower;
use crate::model::playroom;
use crate::nn::{AttentionMask, CrossKv};
use crate::ops::embedding::embedding;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::precision::Precision;
use crate::tensor::DType::{F32, U32};

/// What a plan computes, with its shape. Inputs and outputs are slots of these names:
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Job {
    /// `pixels` `[B, 3, S, S]` to `image_states`, and `image_embeds` `[B, E]`, `cell_embeds` `[B, P, L]` where the
    /// model has them.
    EncodeImage { batch: usize },
    /// `pixels` `[1, 3, S, S]` to the keys and values by which texts read the picture.
    ImageCrossKv,
    /// `ids` `[N, T]` (and `lengths` `[N]` where masked, `pooled` `[N]` of CLIP) to `text_embeds` `[N, E]`, and
    /// `word_embeds` `[N, T, L]` where the model has them.
    EncodeText { rows: usize, tokens: usize, masked: bool },
    /// `ids` `[N, T]`, `lengths` `[N]` with one picture of `source` states to `match_logits` `[N, 2]`.
    Match { rows: usize, tokens: usize, source: usize },
    /// `ids` `[1, T]`, `lengths` `[1]` with one picture of `source` states to `question_states` `[1, T, D]`, and the keys
    /// and values by which the answer reads them.
    EncodeQuestion { tokens: usize, source: usize },
    /// `ids` `[N, T]` that read `source` states to `logits` `[N, V]` at the rows `last` (u32 `[N]`) of `[N * T, D]`.
    Decode { rows: usize, tokens: usize, source: usize },
    /// The tokens `ids` `[N, 1]` at the position `at` `[1]` of `N` texts, whose keys and values are cached, `[N, L]`:
    /// `lengths` (`[N]`, `at + 1`) of them, the tokens' own at `slots` `[N]` of `[N * L]`. Reading `source` states, to `logits`
    /// `[N, V]`.
    DecodeStep { cache: CacheShape, source: usize },
    /// What is cached as `from`, at the slots `source_slots` of `[N * L]`, to the slots `target_slots` of `to`.
    MoveRows { from: CacheShape, to: CacheShape },
}

/// A plan like those of a model in use on a device of this layout, for measuring devices: four pictures encoded.
pub fn probe_plan(config: &playroom::Config, layout: Layout) -> Plan {
    let architecture = Architecture::Playroom(config.clone());
    plan(&architecture, Job::EncodeImage { batch: 4 }, false, (Precision::F32, layout))
}

/// The plan of a job; asking a model for what it cannot do is a bug of the caller.
pub(super) fn plan(
    model: &Architecture,
    job: Job,
    traced: bool,
    (precision, layout): (Precision, Layout),
) -> Plan {
    let b = PlanBuilder::new().with_precision(precision).with_layout(layout);
    let mut b = if traced { b.traced() } else { b };
    emit(&mut b, model, job);
    b.finish()
}

fn emit(b: &mut PlanBuilder, model: &Architecture, job: Job) {
    match job {
        Job::EncodeImage { batch } => {
            let states = image(b, model, batch);
            if model.embeds() {
                let embeds = model.image_embeds(b, states);
                b.name(embeds, "image_embeds");
            }
            if let Some(cells) = model.cell_embeds(b, states) {
                b.name(cells, "cell_embeds");
            }
            // The encoder of CLIP ends with a layer, whose output has a name already.
            if !matches!(model, Architecture::Clip(_)) {
                b.name(states, "image_states");
            }
        }
        Job::ImageCrossKv => {
            let states = image(b, model, 1);
            cross_kv(b, model, model.image_reader(), states);
        }
        Job::EncodeText { rows, tokens, masked } => {
            let ids = b.input("ids", [rows, tokens], U32);
            let lengths = masked.then(|| b.input("lengths", [rows], U32));
            let pooled = model.pooled_by_ids().map(|_| b.input("pooled", [rows], U32));
            let states = model.text_states(b, ids, lengths);
            let embeds = model.text_embeds(b, states, lengths, pooled);
            if let Some(words) = model.word_embeds(b, states) {
                b.name(words, "word_embeds");
            }
            b.name(states, "text_states");
            b.name(embeds, "text_embeds");
        }
        Job::Match { rows, tokens, source } => {
            let states = cross_encode(b, model, [rows, tokens], source);
            let logits = model.match_logits(b, states);
            b.name(logits, "match_logits");
        }
        Job::EncodeQuestion { tokens, source } => {
            let states = cross_encode(b, model, [1, tokens], source);
            cross_kv(b, model, TextTower::Decoder, states);
            b.name(states, "question_states");
        }
        Job::Decode { rows, tokens, source } => {
            let ids = b.input("ids", [rows, tokens], U32);
            let last = b.input("last", [rows], U32);
            let cross = stored_cross_kv(b, model, TextTower::Decoder, source);
            let states = model.decode(b, ids, AttentionMask::Causal, &cross);
            let states = b.reshape(states, [rows * tokens, model.text().hidden_size]);
            let states = embedding(b, states, last);
            let logits = model.decoder_logits(b, states);
            b.name(logits, "logits");
        }
        Job::DecodeStep { cache, source } => {
            let width = model.text().hidden_size;
            let (ids, position) = kv_cache::emit_inputs(b, cache[0]);
            let cross = stored_cross_kv(b, model, TextTower::Decoder, source);
            let own = kv_cache::stored(b, &model.decoder_attention(), cache, width);
            let states = model.decode(b, ids, AttentionMask::Cached(&own, position), &cross);
            let states = b.reshape(states, [cache[0], width]);
            let logits = model.decoder_logits(b, states);
            b.name(logits, "logits");
        }
        Job::MoveRows { from, to } => {
            kv_cache::move_rows(b, &model.decoder_attention(), [from, to], model.text().hidden_size);
        }
    }
}

fn image(b: &mut PlanBuilder, model: &Architecture, batch: usize) -> SlotId {
    let side = model.vision().image_size;
    let pixels = b.input("pixels", [batch, 3, side, side], F32);
    model.image_states(b, pixels)
}

/// Text that reads a picture: states `[N, T, D]`.
fn cross_encode(
    b: &mut PlanBuilder,
    model: &Architecture,
    [rows, tokens]: [usize; 2],
    source: usize,
) -> SlotId {
    let ids = b.input("ids", [rows, tokens], U32);
    let lengths = b.input("lengths", [rows], U32);
    let cross = stored_cross_kv(b, model, TextTower::Encoder, source);
    model.cross_encode(b, ids, lengths, &cross)
}

/// Names the keys and values by which a text tower attends to `states`, `<path of the attention>.keys` and `.values`.
fn cross_kv(b: &mut PlanBuilder, model: &Architecture, tower: TextTower, states: SlotId) {
    let cross = model.cross_kv(b, tower, states);
    for (path, block) in model.cross_attention(tower).iter().zip(&cross.blocks) {
        for (kind, slot) in KINDS.iter().zip(block) {
            b.name(*slot, &format!("{path}.{kind}"));
        }
    }
}

/// The keys and values that the device keeps of a source.
fn stored_cross_kv(b: &mut PlanBuilder, model: &Architecture, tower: TextTower, source: usize) -> CrossKv {
    let shape = [1, source, model.text().hidden_size];
    let paths = model.cross_attention(tower);
    let block = |path: &String| KINDS.map(|kind| b.stored(&cross_name(path, kind, source), shape));
    CrossKv { blocks: paths.iter().map(block).collect() }
}

/// The name under which the device keeps keys or values of a source; one for each length, so that plans never lose theirs.
pub(super) fn cross_name(path: &str, kind: &str, source: usize) -> String {
    format!("{path}.{kind}.{source}")
}
