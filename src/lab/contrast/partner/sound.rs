//! A scene as the sound of its objects, struck one after the other.

use super::{Numbers, OBJECTS};
use crate::lab::sound::{BANDS, FRAMES, LEVELS, SAMPLES, spectrogram};
use crate::world::Object;
use crate::world::sound::knocks;

/// Levels of all frames and bands.
pub(super) const COUNT: usize = FRAMES * BANDS;

/// Side of the patches that are hidden, in frames and in bands.
const PATCH: usize = 4;

pub(super) fn numbers(objects: &[Object]) -> Numbers {
    let mut heard = vec![0.0; SAMPLES];
    for (at, &Object { shape, size, texture, .. }) in objects.iter().enumerate() {
        let stroke = knocks(shape, size, texture, [at * SAMPLES / OBJECTS], SAMPLES);
        heard.iter_mut().zip(stroke).for_each(|(sum, sample)| *sum += sample);
    }
    let values: Vec<f32> =
        spectrogram(&heard).into_iter().map(|byte| f32::from(byte) / 127.5 - 1.0).collect();
    Numbers { known: vec![true; values.len()], values }
}

pub(super) fn patches() -> Vec<Vec<usize>> {
    let columns = BANDS / PATCH;
    let patch = |patch: usize| {
        let (frame, band) = (patch / columns * PATCH, patch % columns * PATCH);
        (0..PATCH * PATCH).map(|k| (frame + k / PATCH) * BANDS + band + k % PATCH).collect()
    };
    (0..FRAMES / PATCH * columns).map(patch).collect()
}

pub(super) fn decibels(values: &[f32]) -> Vec<f32> {
    let [least, most] = LEVELS;
    values.iter().map(|value| least + (most - least) * (value + 1.0) / 2.0).collect()
}
