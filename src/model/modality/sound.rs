//! The audio spectrogram transformer (Gong et al. 2021, AST) with a convolutional stem in place of its patches (Xiao et al. 2021).
//!
//! Inputs: `waveform` `[N, S]`, two seconds at 16 kHz; `filters` `[M, K]`, see [`SPECTROGRAM`]. Tokens stand in the order of time,
//! [`BANDS`] of frequency for each of [`TIMES`] moments.

use super::Config;
use crate::nn::{AttentionMask, linear};
use crate::ops::activation::{Activation, activation};
use crate::ops::log_mel::{LogMel, log_mel};
use crate::ops::{binary, conv2d, permute, scale};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::sound::SAMPLES;

/// 128 frames of 64 bands, eight frames to a frame of the video.
pub const SPECTROGRAM: LogMel = LogMel::DEFAULT;

/// Moments that a token stands for, an eighth of a second each.
pub const TIMES: usize = 16;
/// Tokens of a moment.
pub const BANDS: usize = 8;

/// Output channels of the convolutions before the last, each 3x3 with stride 2.
const STEM: [usize; 2] = [32, 64];

/// Decibels that become 1.
pub const LOUDNESS: f32 = 30.0;

pub(super) fn encode(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let states = states(b, config, count);
    config.pool(b, states, None)
}

/// States `[N, TIMES * BANDS, D]`.
fn states(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let waveform = b.input("waveform", [count, SAMPLES], F32);
    let filters = b.input("filters", [SPECTROGRAM.n_mels, SPECTROGRAM.bins()], F32);
    let x = stem(b, waveform, filters, config.width);
    let positions = b.param("position_embedding", [TIMES * BANDS, config.width]);
    let x = binary::add(b, x, positions);
    config.tower().emit(b, x, AttentionMask::Bidirectional(None), None)
}

/// Waveforms `[N, S]` to tokens `[N, T, D]` that do not know their places yet: [`BANDS`] for each eighth of a second.
pub fn stem(b: &mut PlanBuilder, waveform: SlotId, filters: SlotId, width: usize) -> SlotId {
    let mel = log_mel(b, waveform, filters, &SPECTROGRAM);
    let mel = scale::scale(b, mel, 1.0 / LOUDNESS);
    let [count, frames, bands] = b.shape(mel)[..] else { unreachable!("a spectrogram is [N, F, M]") };
    let mut x = b.reshape(mel, [count, 1, frames, bands]);
    for (i, channels) in STEM.into_iter().chain([width]).enumerate() {
        x = b.scope(format!("stem.{i}"), |b| {
            let inputs = b.shape(x)[1];
            let weight = b.param("weight", [channels, inputs, 3, 3]);
            let bias = b.param("bias", [channels]);
            conv2d::conv2d(b, x, weight, Some(bias), 2, 1)
        });
        if i < STEM.len() {
            x = activation(b, x, Activation::Gelu);
        }
    }
    let tokens = b.shape(x)[2..].iter().product();
    let x = b.reshape(x, [count, width, tokens]);
    let x = permute::permute(b, x, &[0, 2, 1]);
    linear(b, "stem.out", x, width, None)
}
