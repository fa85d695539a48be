//! What is done to one sample of a modality, at a strength from 0 to 1.

use crate::lab::fuse::task::TOKENS;
use crate::lab::picture::SIDE;
use crate::lab::sound::{BANDS, FRAMES};
use crate::world::Rng;

/// Side of a masked patch in pixels.
const PATCH: usize = 4;
const GREY: u8 = 128;
/// Frames of a stretch of silence, a sixteenth of a second.
const STRETCH: usize = 2;

/// Uniform in `[0, 1)`.
pub(super) fn chance(rng: &mut Rng) -> f32 {
    (rng.next_u64() >> 40) as f32 / (1u64 << 24) as f32
}

/// Words that are hit at this strength become what `other` says.
pub(super) fn replace(
    words: [u32; TOKENS],
    strength: f32,
    seed: u64,
    mut other: impl FnMut(usize) -> u32,
) -> [u32; TOKENS] {
    let mut rng = Rng::from_seed(seed);
    std::array::from_fn(|at| if chance(&mut rng) < strength { other(at) } else { words[at] })
}

/// The mean over the square of side `1 + strength (SIDE - 1)` around each pixel, cut at the borders; sums over squares are
/// differences of sums over corners (Crow 1984).
pub(super) fn blur(picture: &[u8], strength: f32) -> Vec<u8> {
    const ROW: usize = SIDE + 1;
    let reach = (strength * (SIDE - 1) as f32 / 2.0).round() as usize;
    let mut blurred = vec![0; picture.len()];
    for channel in 0..3 {
        let mut sums = [0u32; ROW * ROW];
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let own = u32::from(picture[(y * SIDE + x) * 3 + channel]);
            sums[(y + 1) * ROW + x + 1] =
                own + sums[y * ROW + x + 1] + sums[(y + 1) * ROW + x] - sums[y * ROW + x];
        }
        let span = |v: usize| (v.saturating_sub(reach), (v + reach + 1).min(SIDE));
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let ((top, bottom), (left, right)) = (span(y), span(x));
            let sum = sums[bottom * ROW + right] + sums[top * ROW + left]
                - sums[top * ROW + right]
                - sums[bottom * ROW + left];
            let count = ((bottom - top) * (right - left)) as u32;
            blurred[(y * SIDE + x) * 3 + channel] = ((sum + count / 2) / count) as u8;
        }
    }
    blurred
}

pub(super) fn mask(picture: &mut [u8], strength: f32, rng: &mut Rng) {
    let side = SIDE / PATCH;
    for patch in 0..side * side {
        if chance(rng) < strength {
            let (top, left) = (patch / side * PATCH, patch % side * PATCH);
            for y in top..top + PATCH {
                picture[(y * SIDE + left) * 3..(y * SIDE + left + PATCH) * 3].fill(GREY);
            }
        }
    }
}

/// Every byte moves towards grey by that share.
pub(super) fn fade(picture: &mut [u8], strength: f32) {
    for byte in picture {
        let grey = f32::from(GREY);
        *byte = (grey + (f32::from(*byte) - grey) * (1.0 - strength)).round() as u8;
    }
}

/// The mean level of each band over `1 + strength (FRAMES - 1)` frames around each, cut at the ends.
pub(super) fn smear(sound: &[u8], strength: f32) -> Vec<u8> {
    let reach = (strength * (FRAMES - 1) as f32 / 2.0).round() as usize;
    let level = |at: usize| {
        let (frame, band) = (at / BANDS, at % BANDS);
        let near = frame.saturating_sub(reach)..(frame + reach + 1).min(FRAMES);
        let (count, sum) = (near.len() as u32, near.map(|f| u32::from(sound[f * BANDS + band])).sum::<u32>());
        ((sum + count / 2) / count) as u8
    };
    (0..sound.len()).map(level).collect()
}

pub(super) fn silence(sound: &mut [u8], strength: f32, rng: &mut Rng) {
    for stretch in sound.chunks_mut(STRETCH * BANDS) {
        if chance(rng) < strength {
            stretch.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Modality;
    use crate::lab::fuse::task::{Information, Sample, Source, Task};

    fn sample(at: usize) -> Sample {
        let task = Task::pure(Information::Redundant);
        Source { task: &task, modalities: &Modality::ALL, seed: 2 }.held_out(at + 1).remove(at)
    }

    #[test]
    fn a_sound_fully_smeared_is_steady_and_half_masked_is_silent_for_half_of_the_time() {
        let sound = &sample(0).sound;
        let steady = smear(sound, 1.0);
        let frames: Vec<&[u8]> = steady.chunks_exact(BANDS).collect();
        let swing = |sound: &[u8]| {
            let loudness = sound.chunks_exact(BANDS).map(|f| f.iter().map(|&l| u32::from(l)).sum::<u32>());
            let all: Vec<u32> = loudness.collect();
            all.iter().max().unwrap() - all.iter().min().unwrap()
        };
        assert!(frames.len() == FRAMES && swing(&steady) * 2 < swing(sound));
        assert_eq!(smear(sound, 0.0), *sound);
        let silent = |seed| {
            let mut masked = vec![255; FRAMES * BANDS];
            silence(&mut masked, 0.5, &mut Rng::from_seed(seed));
            let stretches = masked.chunks_exact(STRETCH * BANDS);
            stretches.filter(|one| one.iter().all(|level| *level == 0)).count()
        };
        let all: usize = (0..64).map(silent).sum();
        assert!((200..312).contains(&all), "{all} of {}", 64 * FRAMES / STRETCH);
    }

    #[test]
    fn a_blurred_pixel_is_the_mean_of_its_square() {
        let picture = &sample(1).picture;
        let blurred = blur(picture, 0.2);
        // A strength of 0.2 reaches 3 pixels: at the corner a square of 4x4, inside one of 7x7.
        for (y, x, span) in [(0, 0, 0..4), (16, 16, 13..20)] {
            let cells = span.clone().flat_map(|y| span.clone().map(move |x| (y, x)));
            let values: Vec<u32> = cells.map(|(y, x)| u32::from(picture[(y * SIDE + x) * 3])).collect();
            let mean = values.iter().sum::<u32>() as f32 / values.len() as f32;
            assert_eq!(f32::from(blurred[(y * SIDE + x) * 3]), mean.round());
        }
    }

    #[test]
    fn a_picture_fully_blurred_is_nearly_flat_and_fully_muted_is_grey() {
        let picture = &sample(0).picture;
        let range = |bytes: &[u8]| {
            let red: Vec<u8> = bytes.iter().step_by(3).copied().collect();
            red.iter().max().unwrap() - red.iter().min().unwrap()
        };
        assert!(range(&blur(picture, 1.0)) * 4 < range(picture));
        let mut faded = picture.clone();
        fade(&mut faded, 1.0);
        assert!(faded.iter().all(|&byte| byte == GREY));
    }
}
