//! What the networks read, as tensors.

use crate::infer::modality::{Inputs, sound_inputs};
use crate::model::audiovisual::events::{CHANNELS, NEIGHBOURS};
use crate::model::audiovisual::separation::{BINS, FRAMES as MOMENTS, WITH_PICTURE, WITHOUT_PICTURE};
use crate::model::audiovisual::source::WINDOW;
use crate::model::audiovisual::sync::diagonals;
use crate::model::modality::motion::{GRID, STATES};
use crate::model::modality::sound::SPECTROGRAM;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::motion::FRAMES;
use crate::world::render::PIXELS;

use super::Spectrum;

/// Samples of the window that lie before a hit.
pub const WINDOW_LEAD: usize = WINDOW / 4;

/// `frames` of videos of [`FRAMES`] pictures each, of 64 x 64 pixels.
pub fn events_inputs(videos: &[Vec<Pixels>]) -> Inputs {
    let values = videos.iter().flat_map(|frames| stacked_frames(frames)).collect();
    vec![("frames".into(), HostTensor::f32([videos.len() * FRAMES, CHANNELS, PIXELS, PIXELS], values))]
}

/// Each frame with its neighbours, `[F, CHANNELS, 64, 64]`.
///
/// # Panics
/// Where there are not [`FRAMES`] frames of this size.
fn stacked_frames(frames: &[Pixels]) -> Vec<f32> {
    assert_eq!(frames.len(), FRAMES, "frames of a video");
    let area = PIXELS * PIXELS;
    let mut values = vec![0.0; FRAMES * CHANNELS * area];
    for (frame, out) in values.chunks_mut(CHANNELS * area).enumerate() {
        for (neighbour, out) in out.chunks_mut(3 * area).enumerate() {
            let seen = (frame + neighbour).checked_sub(NEIGHBOURS).and_then(|at| frames.get(at));
            let Some(picture) = seen else { continue };
            assert_eq!(picture.rgb.len(), 3 * area, "pixels of a frame");
            for (channel, out) in out.chunks_mut(area).enumerate() {
                let bytes = picture.rgb.iter().skip(channel).step_by(3);
                out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = f32::from(byte) / 127.5 - 1.0);
            }
        }
    }
    values
}

/// `activity` `[N, F, D]` of the videos, and their `waveform`, `filters` and `diagonals`.
pub fn sync_inputs(activity: HostTensor, waveforms: &[&[f32]]) -> Inputs {
    let mut inputs = sound_inputs(waveforms);
    inputs.push(("activity".into(), activity));
    inputs.push(("diagonals".into(), diagonals()));
    inputs
}

/// `states` `[N, P, D']` of frames, row after row, and the [`WINDOW`]s that are heard with them.
pub fn source_inputs(states: Vec<f32>, windows: &[Vec<f32>]) -> Inputs {
    let count = windows.len();
    assert!(windows.iter().all(|window| window.len() == WINDOW), "{WINDOW} samples in a window");
    vec![
        ("states".into(), HostTensor::f32([count, GRID * GRID, STATES], states)),
        ("waveform".into(), HostTensor::f32([count, WINDOW], windows.concat())),
        ("filters".into(), SPECTROGRAM.filters()),
    ]
}

/// The [`WINDOW`] of a waveform that begins `lead` samples before `sample`; beyond its ends it is silent.
pub fn window_at(waveform: &[f32], sample: usize, lead: usize) -> Vec<f32> {
    let at = |n: usize| (sample + n).checked_sub(lead).and_then(|at| waveform.get(at)).copied();
    (0..WINDOW).map(|n| at(n).unwrap_or(0.0)).collect()
}

/// `decibels` of mixtures, `states` `[N, P, D']` of pictures, row after row, and for each whether it is seen.
pub fn separation_inputs(mixtures: &[Spectrum], states: Vec<f32>, is_seen: &[bool]) -> Inputs {
    let count = mixtures.len();
    let decibels = mixtures.iter().flat_map(Spectrum::decibels).collect();
    let lengths = is_seen.iter().map(|&seen| if seen { WITH_PICTURE } else { WITHOUT_PICTURE } as u32);
    vec![
        ("decibels".into(), HostTensor::f32([count, MOMENTS, BINS], decibels)),
        ("states".into(), HostTensor::f32([count, GRID * GRID, STATES], states)),
        ("lengths".into(), HostTensor::u32([count], lengths.collect())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::pixels;
    use crate::world::{Clip, Split};

    #[test]
    fn a_frame_has_its_neighbours_beside_it_and_nothing_beyond_the_ends() {
        let frames: Vec<Pixels> = Clip::draw(Split::Test, 1, 1).frames().map(pixels).collect();
        let (values, area) = (stacked_frames(&frames), PIXELS * PIXELS);
        let channel = |frame: usize, neighbour: usize, channel: usize| {
            &values[((frame * CHANNELS) + 3 * neighbour + channel) * area..][..area]
        };
        assert!(channel(0, 0, 0).iter().chain(channel(15, 4, 2)).all(|&value| value == 0.0));
        assert_eq!(channel(5, 2, 1), channel(6, 1, 1));
        assert_eq!(channel(5, 2, 1)[7], f32::from(frames[5].rgb[3 * 7 + 1]) / 127.5 - 1.0);
    }

    #[test]
    fn windows_are_silent_beyond_the_ends_of_the_sound() {
        let waveform: Vec<f32> = (1..=WINDOW).map(|n| n as f32).collect();
        let first = window_at(&waveform, 0, 2);
        assert_eq!(first[..4], [0.0, 0.0, 1.0, 2.0]);
        let last = window_at(&waveform, WINDOW - 1, 1);
        assert_eq!(last[..3], [WINDOW as f32 - 1.0, WINDOW as f32, 0.0]);
    }
}
