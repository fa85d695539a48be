//! Where in a frame what is heard is: a quarter of a second of sound as the query, the cells of the frame as the keys (Arandjelović
//! and Zisserman 2018, *Objects that Sound*, section 4).
//!
//! Inputs: `states` `[N, P, D']`, the image encoder's states of a frame; `waveform` `[N, 4000]`; `filters` of the spectrogram.

use super::Config;
use crate::model::modality::motion::{GRID, STATES};
use crate::model::modality::sound::{self, SPECTROGRAM};
use crate::nn::linear;
use crate::ops::activation::Activation;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::scale;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::sound::SAMPLE_RATE;

/// Samples that are heard at a time, 250 ms.
pub const WINDOW: usize = SAMPLE_RATE as usize / 4;

/// Logits of the cells `[N, P]`.
pub fn emit(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let (cells, width) = (GRID * GRID, config.width);
    let states = b.input("states", [count, cells, STATES], F32);
    let waveform = b.input("waveform", [count, WINDOW], F32);
    let filters = b.input("filters", [SPECTROGRAM.n_mels, SPECTROGRAM.bins()], F32);
    b.scope("source", |b| {
        let tokens = sound::stem(b, waveform, filters, width);
        let heard = b.shape(tokens)[1] * width;
        let heard = b.reshape(tokens, [count, heard]);
        let query = linear(b, "sound.fc1", heard, 2 * width, Some(Activation::Gelu));
        let query = linear(b, "sound.fc2", query, width, None);
        let query = b.reshape(query, [count, 1, width]);
        let keys = linear(b, "cells.fc1", states, 2 * width, Some(Activation::Gelu));
        let keys = linear(b, "cells.fc2", keys, width, None);
        let logits = matmul(b, query, keys, Transpose { x: false, y: true });
        let logits = scale::scale(b, logits, 1.0 / (width as f32).sqrt());
        b.reshape(logits, [count, cells])
    })
}
