//! The losses that contestants learn from, over one and the same pair of encoders.

use super::Objective;
use super::batch::{COARSE, COVERED_WORDS, PATCHES};
use super::decoder;
use crate::lab::contrast::score::{cosines, divided, embeddings, info_nce, yes_or_no};
use crate::lab::contrast::towers::{Encoded, VECTOR, encode};
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
pub(super) fn loss(b: &mut PlanBuilder, objective: Objective, batch: usize, vocabulary: usize) -> SlotId {
    let parts = objective.parts();
    let texts = if parts.contains(&Objective::Matching) { 2 * batch } else { batch };
    let encoded = encode(b, "", batch, texts, vocabulary);
    let own = slice::slice(b, encoded.text, 0, 0, batch);
    let losses: Vec<SlotId> = parts
        .iter()
        .map(|part| match part {
            Objective::Matching => matching(b, encoded),
            Objective::Masked => masked(b, batch, vocabulary),
            Objective::Captioning => decoder::loss(b, encoded.cells, vocabulary),
            Objective::Reconstruction => reconstruction(b, [encoded.picture, own], vocabulary),
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

/// Cross-entropy of the covered words plus squared error of the mean colours of covered patches, from what both towers
/// see of the rest.
fn masked(b: &mut PlanBuilder, batch: usize, vocabulary: usize) -> SlotId {
    let encoded = encode(b, "covered.", batch, batch, vocabulary);
    let places = b.input("covered.places", [batch, COVERED_WORDS], U32);
    let targets = b.input("covered.words", [batch * COVERED_WORDS], U32);
    let word_weights = b.input("covered.words.weights", [batch * COVERED_WORDS], F32);
    let colours = b.input("covered.colours", [batch, 3 * PATCHES], F32);
    let colour_weights = b.input("covered.colours.weights", [batch, 3 * PATCHES], F32);
    b.scope("masked", |b| {
        let both = concat(b, &[encoded.picture, encoded.text], 1);
        let x = linear(b, "fuse", both, VECTOR, None);
        let table = b.param("places", [WORDS, VECTOR]);
        let asked = embedding(b, table, places);
        let rows = b.reshape(x, [batch, 1, VECTOR]);
        let words = add(b, asked, rows);
        let words = activation(b, words, Activation::Gelu);
        let words = b.reshape(words, [batch * COVERED_WORDS, VECTOR]);
        let logits = linear(b, "word", words, vocabulary, None);
        let words = cross_entropy(b, logits, targets, word_weights);
        let x = activation(b, x, Activation::Gelu);
        let guessed = linear(b, "colour", x, 3 * PATCHES, None);
        let colours = squared_error(b, guessed, colours, Some(colour_weights));
        add(b, words, colours)
    })
}

/// Squared error of the coarse picture from the caption's vector, plus the cross-entropy of which words of content
/// the caption holds from the picture's.
fn reconstruction(b: &mut PlanBuilder, [picture, text]: [SlotId; 2], vocabulary: usize) -> SlotId {
    let batch = b.shape(picture)[0];
    let coarse = b.input("coarse", [batch, COARSE], F32);
    let targets = b.input("bag.targets", [batch * vocabulary], U32);
    let weights = b.input("bag.weights", [batch * vocabulary], F32);
    b.scope("reconstruction", |b| {
        let x = linear(b, "read", text, VECTOR, Some(Activation::Gelu));
        let painted = linear(b, "paint", x, COARSE, None);
        let painting = squared_error(b, painted, coarse, None);
        let x = linear(b, "see", picture, VECTOR, Some(Activation::Gelu));
        let said = linear(b, "say", x, vocabulary, None);
        let saying = yes_or_no(b, said, targets, weights);
        add(b, painting, saying)
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

    #[test]
    fn all_contestants_have_the_same_encoders() {
        let encoders = |objective: Objective| {
            let plan = training_plan(|b| loss(b, objective, 9, 50), |_, weights| weights);
            let weights = plan.slots_of(SlotKind::Stored);
            let of_encoders = |name: &str| name.starts_with("picture.") || name.starts_with("text.");
            let mut kept: Vec<_> = weights
                .filter(|slot| of_encoders(&slot.name))
                .map(|slot| (slot.name.clone(), slot.shape.clone()))
                .collect();
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept
        };
        let first = encoders(Objective::Random);
        assert_eq!(first.len(), 13, "{first:?}");
        assert!(Objective::ALL.into_iter().all(|objective| encoders(objective) == first));
    }
}
