//! A scene as a sound: a line moves over it from left to right, and strikes each object when it reaches its centre.

use super::Numbers;
use crate::lab::sound::{BANDS, FRAMES, LEVELS, SAMPLES, spectrogram};
use crate::world::render::PIXELS;
use crate::world::sound::knocks;
use crate::world::{Object, Scene};

/// Samples in which the line moves over the picture; the last stroke has the rest to fade.
const SWEEP: usize = 2 * SAMPLES / 3;

/// Levels of all frames and bands.
pub(super) const COUNT: usize = FRAMES * BANDS;

/// Side of the patches that are hidden, in frames and in bands.
const PATCH: usize = 4;

/// Of a centre, which is in quarters of a pixel, as a sample.
fn onset(object: &Object) -> usize {
    object.x as usize * SWEEP / (4 * PIXELS)
}

pub(super) fn numbers(scene: &Scene) -> Numbers {
    let mut heard = vec![0.0; SAMPLES];
    for object in &scene.objects {
        let stroke = knocks(object.shape, object.size, object.texture, [onset(object)], SAMPLES);
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
