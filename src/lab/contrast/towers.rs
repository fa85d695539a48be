//! The two encoders, small enough to learn in seconds: a picture as cells and a vector, its partner as a vector.

use super::partner::Partner;
use super::vocabulary::WORDS;
use crate::lab::layers::stem;
use crate::lab::picture::SIDE;
use crate::nn::{linear, norm};
use crate::ops::activation::{Activation, activation};
use crate::ops::embedding::embedding;
use crate::ops::reduce::mean_tokens;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Width of a vector.
pub(super) const VECTOR: usize = 128;

/// Channels of the stem's convolutions; the last is the width of a cell.
const CHANNELS: [usize; 3] = [32, 64, 64];

/// Cells of a picture, row by row.
pub(super) const CELLS: usize = (SIDE >> CHANNELS.len()) * (SIDE >> CHANNELS.len());

/// Width of a cell.
pub(super) const CELL: usize = CHANNELS[CHANNELS.len() - 1];

/// Width of a word.
const WORD: usize = 64;

/// What the towers make of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoded {
    /// `[N, CELLS, CELL]`.
    pub cells: SlotId,
    /// Of the pictures, `[N, VECTOR]`.
    pub picture: SlotId,
    /// Of the captions, or what stands for them, `[M, VECTOR]`.
    pub text: SlotId,
}

/// What the second tower reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub partner: Partner,
    /// Number of ids of words.
    pub words: usize,
}

impl Reading {
    /// Numbers of a partner, `K`.
    pub(super) fn numbers(self) -> usize {
        self.partner.count().unwrap_or(self.words)
    }
}

/// Both towers on the inputs `pixels` `[N, 3, SIDE, SIDE]` and either `ids` (u32 `[M, WORDS]`) and `lengths` (u32 `[M]`) or
/// `numbers` `[M, 2 K]`, the names of which begin with `prefix`.
pub(super) fn encode(
    b: &mut PlanBuilder,
    prefix: &str,
    pictures: usize,
    texts: usize,
    reading: Reading,
) -> Encoded {
    let pixels = b.input(&format!("{prefix}pixels"), [pictures, 3, SIDE, SIDE], F32);
    let (cells, picture) = b.scope("picture", |b| picture(b, pixels));
    let text = match reading.partner {
        Partner::Words => {
            let ids = b.input(&format!("{prefix}ids"), [texts, WORDS], U32);
            let lengths = b.input(&format!("{prefix}lengths"), [texts], U32);
            b.scope("text", |b| text(b, ids, lengths, reading.words))
        }
        partner => {
            let told = b.input(&format!("{prefix}numbers"), [texts, 2 * reading.numbers()], F32);
            b.scope(partner.name(), |b| numbers(b, told))
        }
    };
    Encoded { cells, picture, text }
}

/// Convolutions to cells, and all cells at once to a vector, so that it knows what stands where.
fn picture(b: &mut PlanBuilder, pixels: SlotId) -> (SlotId, SlotId) {
    let cells = stem(b, pixels, &CHANNELS);
    let cells = activation(b, cells, Activation::Gelu);
    let flat = b.shape(cells).numel() / b.shape(cells)[0];
    let rows = b.reshape(cells, [b.shape(cells)[0], flat]);
    (cells, linear(b, "pool", rows, VECTOR, Some(Activation::Gelu)))
}

/// The mean of the word embeddings through one layer. Measured beside it, a transformer block or convolutions over eight
/// words make a step two thirds longer and find no more captions.
fn text(b: &mut PlanBuilder, ids: SlotId, lengths: SlotId, vocabulary: usize) -> SlotId {
    let table = b.param("token_embedding", [vocabulary, WORD]);
    let words = embedding(b, table, ids);
    let mean = mean_tokens(b, words, lengths);
    let mean = norm(b, "norm", mean);
    linear(b, "pool", mean, VECTOR, Some(Activation::Gelu))
}

/// Two layers over all numbers at once.
fn numbers(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let x = linear(b, "hidden", x, VECTOR, Some(Activation::Gelu));
    linear(b, "pool", x, VECTOR, Some(Activation::Gelu))
}
