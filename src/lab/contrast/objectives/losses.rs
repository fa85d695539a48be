//! The losses that contestants learn from, over one and the same pair of encoders.

use super::Objective;
use super::batch::{COARSE, COVERED_WORDS, PATCHES};
use super::decoder;
use crate::lab::contrast::partner::Partner;
use crate::lab::contrast::score::{cosines, divided, embeddings, info_nce, yes_or_no};
use crate::lab::contrast::towers::{Encoded, Reading, VECTOR, encode};
use crate::lab::contrast::vocabulary::WORDS;
use crate::lab::contrast::{Direction, Temperature};
use crate::lab::layers::difference;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::{add, mul};
use crate::ops::concat::concat;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::embedding::embedding;
use crate::ops::scale::scale;
use crate::ops::{reduce, slice};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Width of the shared space of contrast and retrieval.
pub(super) const SHARED: usize = 64;

/// The mean of the losses of an objective's parts, over batches of `batch` pairs; inputs are those of
/// [`super::batch::inputs`].
pub(super) fn loss(b: &mut PlanBuilder, objective: Objective, batch: usize, reading: Reading) -> SlotId {
    let parts = objective.parts(reading.partner);
    let texts = if parts.contains(&Objective::Matching) { 2 * batch } else { batch };
    let encoded = encode(b, "", batch, texts, reading);
    let own = slice::slice(b, encoded.text, 0, 0, batch);
    let losses: Vec<SlotId> = parts
        .iter()
        .map(|part| match part {
            Objective::Matching => matching(b, encoded),
            Objective::Masked => masked(b, batch, reading),
            Objective::Captioning => decoder::loss(b, encoded.cells, reading.words),
            Objective::Reconstruction => reconstruction(b, [encoded.picture, own], reading),
            _ => contrastive(b, [encoded.picture, own]),
        })
        .collect();
    let sum = losses.iter().copied().reduce(|sum, part| add(b, sum, part)).expect("there is a part");
    scale(b, sum, 1.0 / losses.len() as f32)
}

/// Symmetric InfoNCE of `[N, VECTOR]` with `[N, VECTOR]` through linear maps into a shared space.
pub(super) fn contrastive(b: &mut PlanBuilder, vectors: [SlotId; 2]) -> SlotId {
    let pair = embeddings(b, vectors, SHARED);
    let cosines = cosines(b, pair);
    let logits = divided(b, cosines, Temperature::Learned);
    info_nce(b, logits, Direction::Both)
}

/// Whether caption `i` of `2N` is true of picture `i mod N`, from the product of linear maps of both vectors (Kim et
/// al. 2017).
fn matching(b: &mut PlanBuilder, encoded: Encoded) -> SlotId {
    let rows = b.shape(encoded.text)[0];
    let targets = b.input("matching.targets", [rows], U32);
    let weights = b.input("matching.weights", [rows], F32);
    b.scope("matching", |b| {
        let picture = linear(b, "picture", encoded.picture, VECTOR, None);
        let pictures = concat(b, &[picture, picture], 0);
        let texts = linear(b, "text", encoded.text, VECTOR, None);
        let both = mul(b, pictures, texts);
        let x = linear(b, "fuse", both, VECTOR, Some(Activation::Gelu));
        let scores = linear(b, "score", x, 1, None);
        yes_or_no(b, scores, targets, weights)
    })
}

/// Cross-entropy of the covered words, or squared error of the covered numbers, plus squared error of the mean colours of
/// covered patches, from what both towers see of the rest.
fn masked(b: &mut PlanBuilder, batch: usize, reading: Reading) -> SlotId {
    let encoded = encode(b, "covered.", batch, batch, reading);
    let colours = b.input("covered.colours", [batch, 3 * PATCHES], F32);
    let colour_weights = b.input("covered.colours.weights", [batch, 3 * PATCHES], F32);
    b.scope("masked", |b| {
        let both = concat(b, &[encoded.picture, encoded.text], 1);
        let x = linear(b, "fuse", both, VECTOR, None);
        let others = match reading.partner {
            Partner::Words => covered_words(b, x, reading.words),
            _ => {
                let x = activation(b, x, Activation::Gelu);
                let guessed = linear(b, "number", x, reading.numbers(), None);
                numbers_error(b, "covered.others", guessed)
            }
        };
        let x = activation(b, x, Activation::Gelu);
        let guessed = linear(b, "colour", x, 3 * PATCHES, None);
        let colours = squared_error(b, guessed, colours, Some(colour_weights));
        add(b, others, colours)
    })
}

/// Cross-entropy of the words at the covered places, from `[N, VECTOR]`.
fn covered_words(b: &mut PlanBuilder, x: SlotId, vocabulary: usize) -> SlotId {
    let batch = b.shape(x)[0];
    let places = b.input("covered.places", [batch, COVERED_WORDS], U32);
    let targets = b.input("covered.words", [batch * COVERED_WORDS], U32);
    let weights = b.input("covered.words.weights", [batch * COVERED_WORDS], F32);
    let table = b.param("places", [WORDS, VECTOR]);
    let asked = embedding(b, table, places);
    let rows = b.reshape(x, [batch, 1, VECTOR]);
    let words = add(b, asked, rows);
    let words = activation(b, words, Activation::Gelu);
    let words = b.reshape(words, [batch * COVERED_WORDS, VECTOR]);
    let logits = linear(b, "word", words, vocabulary, None);
    cross_entropy(b, logits, targets, weights)
}

/// Squared error of guesses `[N, K]`; the inputs are named `name` and `name.weights`.
fn numbers_error(b: &mut PlanBuilder, name: &str, guessed: SlotId) -> SlotId {
    let shape = b.shape(guessed).clone();
    let truth = b.input(name, shape.clone(), F32);
    let weights = b.input(&format!("{name}.weights"), shape, F32);
    squared_error(b, guessed, truth, Some(weights))
}

/// Squared error of the coarse picture from the partner's vector, plus from the picture's that of the partner's numbers, or
/// the cross-entropy of which words of content the caption holds.
fn reconstruction(b: &mut PlanBuilder, vectors: [SlotId; 2], reading: Reading) -> SlotId {
    let (batch, numbers) = (b.shape(vectors[0])[0], reading.numbers());
    let coarse = b.input("coarse", [batch, COARSE], F32);
    let [painted, said] = reconstructed(b, vectors, reading);
    let painting = squared_error(b, painted, coarse, None);
    let saying = match reading.partner {
        Partner::Words => {
            let targets = b.input("bag.targets", [batch * numbers], U32);
            let weights = b.input("bag.weights", [batch * numbers], F32);
            yes_or_no(b, said, targets, weights)
        }
        _ => numbers_error(b, "others", said),
    };
    add(b, painting, saying)
}

/// The coarse picture `[N, COARSE]` from the partner's vector, and the partner's numbers `[N, K]`, of words their logits, from
/// the picture's.
pub(super) fn reconstructed(
    b: &mut PlanBuilder,
    [picture, text]: [SlotId; 2],
    reading: Reading,
) -> [SlotId; 2] {
    b.scope("reconstruction", |b| {
        let x = linear(b, "read", text, VECTOR, Some(Activation::Gelu));
        let painted = linear(b, "paint", x, COARSE, None);
        let x = linear(b, "see", picture, VECTOR, Some(Activation::Gelu));
        [painted, linear(b, "say", x, reading.numbers(), None)]
    })
}

/// Mean over all elements of `weight (x - y)^2`.
fn squared_error(b: &mut PlanBuilder, x: SlotId, y: SlotId, weights: Option<SlotId>) -> SlotId {
    let count = b.shape(x).numel();
    let off = difference(b, x, y);
    let squares = mul(b, off, off);
    let squares = match weights {
        Some(weights) => mul(b, squares, weights),
        None => squares,
    };
    let flat = b.reshape(squares, [count]);
    reduce::mean(b, flat, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SlotKind;
    use crate::train::small_trainer::training_plan;
    use strum::VariantArray;

    #[test]
    fn all_contestants_have_the_same_encoders() {
        let encoders = |objective: Objective, partner: Partner| {
            let reading = Reading { partner, words: 50 };
            let plan = training_plan(|b| loss(b, objective, 9, reading), |_, weights| weights);
            let weights = plan.slots_of(SlotKind::Stored);
            let second = if partner == Partner::Words { "text" } else { partner.name() };
            let of_encoders = |name: &str| {
                name.split_once('.').is_some_and(|(scope, _)| ["picture", second].contains(&scope))
            };
            let mut kept: Vec<_> = weights
                .filter(|slot| of_encoders(&slot.name))
                .map(|slot| (slot.name.clone(), slot.shape.clone()))
                .collect();
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept
        };
        for (partner, count) in Partner::VARIANTS.iter().zip([13, 12, 12, 12]) {
            let first = encoders(Objective::Random, *partner);
            assert_eq!(first.len(), count, "{first:?}");
            assert!(
                Objective::of(*partner).into_iter().all(|objective| encoders(objective, *partner) == first)
            );
        }
    }
}
