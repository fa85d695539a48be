//! The sound of what a picture shows, out of a mixture: a transformer over the frames of the mixture's spectrum and the cells of the
//! picture, which predicts a mask of the spectrum (Zhao et al. 2018, *The Sound of Pixels*, section 3; Owens and Efros 2018).
//!
//! Inputs: `decibels` `[N, M, K]` of the mixture, divided by [`LOUDNESS`](crate::model::modality::sound::LOUDNESS); `states` `[N, P, D']`, the image encoder's states of the
//! picture; `lengths` (u32 `[N]`), [`WITH_PICTURE`] tokens, or [`WITHOUT_PICTURE`] for who does not see it.

use super::config::{Config, HEADS};
use crate::model::modality::motion::{GRID, STATES};
use crate::model::modality::sound::SPECTROGRAM;
use crate::nn::{AttentionMask, Tower, linear};
use crate::ops::activation::{Activation, activation};
use crate::ops::{binary, concat, slice};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::world::sound::SAMPLES;

/// Frames of the spectrum, `M`.
pub const FRAMES: usize = SAMPLES / SPECTROGRAM.hop_length;

/// Bins of a frame, `K`.
pub const BINS: usize = SPECTROGRAM.bins();

/// Tokens of who hears alone.
pub const WITHOUT_PICTURE: usize = FRAMES;

/// Tokens of who sees the picture as well.
pub const WITH_PICTURE: usize = FRAMES + GRID * GRID;

/// What of each bin's compressed magnitude belongs to the picture, from 0 to 1, `[N, M, K]`.
pub fn emit(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let (cells, width) = (GRID * GRID, config.width);
    let decibels = b.input("decibels", [count, FRAMES, BINS], F32);
    let states = b.input("states", [count, cells, STATES], F32);
    let lengths = b.input("lengths", [count], U32);
    b.scope("separation", |b| {
        let heard = linear(b, "spectrum", decibels, width, None);
        let moments = b.param("moment_embedding", [FRAMES, width]);
        let heard = binary::add(b, heard, moments);
        let seen = linear(b, "picture", states, width, None);
        let places = b.param("place_embedding", [cells, width]);
        let seen = binary::add(b, seen, places);
        let tokens = concat::concat(b, &[heard, seen], 1);
        let tower = Tower { depth: 3, heads: HEADS, mlp_ratio: 2 };
        let states = tower.emit(b, tokens, AttentionMask::Bidirectional(Some(lengths)), None);
        let heard = slice::slice(b, states, 1, 0, FRAMES);
        let mask = linear(b, "mask", heard, BINS, None);
        activation(b, mask, Activation::Sigmoid)
    })
}
