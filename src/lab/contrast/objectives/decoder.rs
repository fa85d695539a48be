//! A small causal decoder that writes captions from the cells of a picture.

use std::rc::Rc;

use crate::lab::contrast::data::Pair;
use crate::lab::contrast::towers::{CELL, CELLS};
use crate::lab::contrast::vocabulary::{BEGIN, END, PAD};
use crate::nn::{AttentionMask, Tower, norm};
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::embedding::embedding;
use crate::ops::matmul::{Transpose, matmul};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;

/// Words of a row: the opening one, then a caption of [`super::OBJECTS`] phrases of at most nine words and what stands
/// between them.
pub(super) const ROW: usize = 1 + 10 * super::OBJECTS - 1;

const TOWER: Tower = Tower { depth: 1, heads: 4, mlp_ratio: 2 };

/// Logits `[N * ROW, V]` of the word that follows each word of the input `rows.ids` (u32 `[N, ROW]`), from cells
/// `[N, CELLS, CELL]`.
pub(super) fn logits(b: &mut PlanBuilder, cells: SlotId, vocabulary: usize) -> SlotId {
    let batch = b.shape(cells)[0];
    let ids = b.input("rows.ids", [batch, ROW], U32);
    b.scope("decoder", |b| {
        let places = b.param("places", [CELLS, CELL]);
        let source = add(b, cells, places);
        let source = norm(b, "norm_cells", source);
        let table = b.param("words", [vocabulary, CELL]);
        let positions = b.param("positions", [ROW, CELL]);
        let words = embedding(b, table, ids);
        let words = add(b, words, positions);
        let cross = TOWER.cross_kv(b, source);
        let states = TOWER.emit(b, words, AttentionMask::Causal, Some(&cross));
        let states = b.reshape(states, [batch * ROW, CELL]);
        matmul(b, states, table, Transpose { x: false, y: true })
    })
}

/// Mean cross-entropy in nats of the next word; inputs are those of [`rows`].
pub(super) fn loss(b: &mut PlanBuilder, cells: SlotId, vocabulary: usize) -> SlotId {
    let logits = logits(b, cells, vocabulary);
    let count = b.shape(logits)[0];
    let targets = b.input("rows.targets", [count], U32);
    let weights = b.input("rows.weights", [count], F32);
    cross_entropy(b, logits, targets, weights)
}

/// The words that follow: the caption's and the closing one.
pub(super) fn targets(pair: &Pair) -> impl Iterator<Item = u32> {
    pair.ids.iter().copied().chain([END])
}

/// Inputs `rows.ids`, `rows.targets` and `rows.weights`.
pub(super) fn rows(pairs: &[Rc<Pair>]) -> Inputs {
    let (mut ids, mut next, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        let filled = |words: Vec<u32>| (0..ROW).map(move |t| words.get(t).copied().unwrap_or(PAD));
        ids.extend(filled([&[BEGIN], &pair.ids[..]].concat()));
        next.extend(filled(targets(pair).collect()));
        weights.extend((0..ROW).map(|t| f32::from(u8::from(t <= pair.ids.len()))));
    }
    vec![
        ("rows.ids".to_string(), HostTensor::u32([pairs.len(), ROW], ids)),
        ("rows.targets".to_string(), HostTensor::u32([pairs.len() * ROW], next)),
        ("rows.weights".to_string(), HostTensor::f32([pairs.len() * ROW], weights)),
    ]
}
