//! By how many frames sound and video are apart: every moment of the one is compared with every moment of the other, as in SyncNet
//! (Chung and Zisserman 2016), and the similarities along each diagonal are summed.
//!
//! Inputs: `activity` `[N, F, D']`, what [`super::events`] sees; `waveform` `[N, S]`, two seconds; `filters` of the spectrogram;
//! `diagonals` `[F * F, O]`, see [`diagonals`].

use super::config::{Config, EVENTS_WIDTH};
use crate::model::modality::sound;
use crate::nn::linear;
use crate::ops::activation::Activation;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::{binary, concat, reduce, scale};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;
use crate::world::motion::FRAMES;
use crate::world::sound::SAMPLES;

/// Most frames by which the sound may be early or late.
pub const FARTHEST: usize = 8;

/// Offsets that are told apart, `O`: the sound begins from `FARTHEST` frames before the video to as many after.
pub const OFFSETS: usize = 2 * FARTHEST + 1;

/// The answers: the offsets, and that it cannot be told.
pub const ANSWERS: usize = OFFSETS + 1;

/// Logits of the answers `[N, ANSWERS]`.
pub fn emit(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let activity = b.input("activity", [count, FRAMES, EVENTS_WIDTH], F32);
    let waveform = b.input("waveform", [count, SAMPLES], F32);
    let filters = b.input("filters", [sound::SPECTROGRAM.n_mels, sound::SPECTROGRAM.bins()], F32);
    let diagonals = b.input("diagonals", [FRAMES * FRAMES, OFFSETS], F32);
    let width = config.width;
    b.scope("sync", |b| {
        let tokens = sound::stem(b, waveform, filters, 2 * width);
        let tokens = b.reshape(tokens, [count, FRAMES, sound::BANDS * 2 * width]);
        let heard = linear(b, "heard.fc1", tokens, 2 * width, Some(Activation::Gelu));
        let heard = linear(b, "heard.fc2", heard, width, None);
        let seen = linear(b, "seen.fc1", activity, 2 * width, Some(Activation::Gelu));
        let seen = linear(b, "seen.fc2", seen, width, None);
        let similarities = matmul(b, seen, heard, Transpose { x: false, y: true });
        let similarities = scale::scale(b, similarities, 1.0 / (width as f32).sqrt());
        let similarities = b.reshape(similarities, [count, FRAMES * FRAMES]);
        let offsets = matmul(b, similarities, diagonals, Transpose { x: false, y: false });
        let bias = b.param("offsets.bias", [OFFSETS]);
        let offsets = binary::add(b, offsets, bias);
        let (seen, heard) = (reduce::mean(b, seen, 1), reduce::mean(b, heard, 1));
        let both = concat::concat(b, &[seen, heard], 1);
        let nothing = linear(b, "nothing.fc1", both, width, Some(Activation::Gelu));
        let nothing = linear(b, "nothing.fc2", nothing, 1, None);
        concat::concat(b, &[offsets, nothing], 1)
    })
}

/// 1 where frame `t` of the video and moment `u` of the sound are the same at an offset: `u = t - offset`, `[F * F, O]`.
pub fn diagonals() -> HostTensor {
    let mut values = vec![0.0; FRAMES * FRAMES * OFFSETS];
    for t in 0..FRAMES {
        for u in 0..FRAMES {
            if let Some(offset) = (t + FARTHEST).checked_sub(u).filter(|&offset| offset < OFFSETS) {
                values[(t * FRAMES + u) * OFFSETS + offset] = 1.0;
            }
        }
    }
    HostTensor::f32([FRAMES * FRAMES, OFFSETS], values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::motion::TICKS_PER_FRAME;
    use crate::world::{Clip, Split};

    #[test]
    fn a_hit_is_heard_on_the_diagonal_of_its_offset() {
        let all = (0..).map(|index| Clip::draw(Split::Test, 1, index));
        let clip = all.into_iter().find(|clip| clip.motion.collisions.len() > 2).expect("some clip has hits");
        let diagonals = diagonals();
        let mut compared = 0;
        for offset in [-3_i32, 0, 5] {
            for hit in &clip.motion.collisions {
                let shift = offset * TICKS_PER_FRAME as i32;
                let heard = clip.motion_at(offset).collisions;
                let Some(other) = heard.iter().find(|one| one.tick as i32 + shift == hit.tick as i32) else {
                    continue;
                };
                let frame = |tick: u32| (tick / TICKS_PER_FRAME) as usize;
                let row = (frame(hit.tick) * FRAMES + frame(other.tick)) * OFFSETS;
                let marked = &diagonals.as_f32()[row..row + OFFSETS];
                let expected = (offset + FARTHEST as i32) as usize;
                assert_eq!(marked.iter().position(|&mark| mark == 1.0), Some(expected), "{hit:?} {offset}");
                compared += 1;
            }
        }
        assert!(compared > 4, "{compared}");
    }
}
