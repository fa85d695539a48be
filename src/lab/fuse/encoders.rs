//! What is made of each modality before the fusion. `B` samples, `D` width.

use super::head::WIDTH;
use super::modality::Modality;
use super::task::{TOKENS, WORDS};
use crate::lab::layers::stem;
use crate::lab::picture::SIDE;
use crate::lab::sound::{BANDS, FRAMES};
use crate::nn::{AttentionMask, Tower, norm};
use crate::ops::binary::{add, mul};
use crate::ops::conv2d::conv2d;
use crate::ops::embedding::embedding;
use crate::ops::reduce;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Channels of the picture's stem.
const CHANNELS: [usize; 3] = [16, 24, WIDTH];
/// Channels of the sound's stem.
const SOUND_CHANNELS: [usize; 2] = [16, WIDTH];
/// Sides of the raw patches of early fusion.
const PATCH: usize = 8;
const SOUND_PATCH: usize = 4;

const READER: Tower = Tower { depth: 1, heads: 2, mlp_ratio: 2 };

/// Rows and columns in which the tokens of a modality lie.
pub const fn grid(modality: Modality) -> [usize; 2] {
    const fn left(side: usize, layers: usize) -> usize {
        side >> layers
    }
    match modality {
        Modality::Picture => [left(SIDE, CHANNELS.len()); 2],
        Modality::Words => [1, TOKENS],
        Modality::Sound => [left(FRAMES, SOUND_CHANNELS.len()), left(BANDS, SOUND_CHANNELS.len())],
    }
}

/// Tokens of a modality.
pub const fn tokens(modality: Modality) -> usize {
    let [rows, columns] = grid(modality);
    rows * columns
}

/// A modality as it comes in: pictures `[B, 3, SIDE, SIDE]`, words (u32 `[B, T]`) or spectrograms `[B, 1, F, M]`.
#[derive(Clone, Copy)]
pub(super) struct Input {
    pub modality: Modality,
    data: SlotId,
    /// Whether it is there, `[B, 1]` of 0 and 1.
    pub present: SlotId,
}

impl Input {
    pub(super) fn new(b: &mut PlanBuilder, modality: Modality, batch: usize) -> Self {
        let data = match modality {
            Modality::Picture => b.input("pixels", [batch, 3, SIDE, SIDE], F32),
            Modality::Words => b.input("ids", [batch, TOKENS], U32),
            Modality::Sound => b.input("spectrogram", [batch, 1, FRAMES, BANDS], F32),
        };
        let present = b.input(&format!("present.{}", modality.name()), [batch, 1], F32);
        Input { modality, data, present }
    }

    /// Tokens `[B, S, D]`, zero where the modality is missing.
    pub(super) fn encode(&self, b: &mut PlanBuilder) -> SlotId {
        let tokens = b.scope(self.modality.name(), |b| match self.modality {
            Modality::Picture => cells(b, self.data, &CHANNELS),
            Modality::Words => {
                let x = embedded(b, self.data);
                let positions = b.param("position_embedding", [TOKENS, WIDTH]);
                let x = add(b, x, positions);
                READER.emit(b, x, AttentionMask::Bidirectional(None), None)
            }
            Modality::Sound => cells(b, self.data, &SOUND_CHANNELS),
        });
        let batch = b.shape(self.present)[0];
        let present = b.reshape(self.present, [batch, 1, 1]);
        mul(b, tokens, present)
    }

    /// `h`, `[B, D]`.
    pub(super) fn pooled(&self, b: &mut PlanBuilder) -> SlotId {
        let tokens = self.encode(b);
        reduce::mean(b, tokens, 1)
    }

    /// Raw patches or word embeddings, `[B, K]`, zero where the modality is missing.
    pub(super) fn raw(&self, b: &mut PlanBuilder) -> SlotId {
        let flat = b.scope(self.modality.name(), |b| {
            let x = match self.modality {
                Modality::Picture => patches(b, self.data, PATCH),
                Modality::Words => embedded(b, self.data),
                Modality::Sound => patches(b, self.data, SOUND_PATCH),
            };
            let shape = b.shape(x).clone();
            b.reshape(x, [shape[0], shape[1..].iter().product()])
        });
        mul(b, flat, self.present)
    }
}

fn cells(b: &mut PlanBuilder, planes: SlotId, channels: &[usize]) -> SlotId {
    let cells = stem(b, planes, channels);
    let count = b.shape(cells)[1];
    let positions = b.param("position_embedding", [count, WIDTH]);
    let cells = add(b, cells, positions);
    norm(b, "norm", cells)
}

fn embedded(b: &mut PlanBuilder, ids: SlotId) -> SlotId {
    let table = b.param("token_embedding", [WORDS.len(), WIDTH]);
    embedding(b, table, ids)
}

fn patches(b: &mut PlanBuilder, planes: SlotId, side: usize) -> SlotId {
    let (channels, inputs) = (WIDTH / 4, b.shape(planes)[1]);
    let weight = b.param("patch.weight", [channels, inputs, side, side]);
    conv2d(b, planes, weight, None, side, 0)
}
