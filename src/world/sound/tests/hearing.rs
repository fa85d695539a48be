//! What tells objects from each other by ear.

use super::*;
use std::f64::consts::TAU;

/// Samples of a frame, 25 ms.
const FRAME: usize = 400;

/// From one frame to the next.
const HOP: usize = FRAME / 2;

/// Samples of a hit.
const HIT: usize = 4_000;

/// The end of each band in bins of 40 Hz: at first one wide, then a tenth wider each.
fn bands() -> Vec<usize> {
    std::iter::successors(Some(2), |&end| Some(end + 1 + end / 10))
        .take_while(|&end| end < FRAME / 2)
        .collect()
}

/// Power spectrum by its definition of a frame under a Hann window, `FRAME / 2` bins.
fn spectrum(frame: &[f32], table: &[(f64, f64)]) -> Vec<f64> {
    let bin = |k: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, &sample) in frame.iter().enumerate() {
            let (sin, cos) = table[n * k % FRAME];
            let windowed = f64::from(sample) * 0.5 * (1.0 - table[n].1);
            re += windowed * cos;
            im += windowed * sin;
        }
        re * re + im * im
    };
    (0..FRAME / 2).map(bin).collect()
}

fn table() -> Vec<(f64, f64)> {
    (0..FRAME).map(|n| (TAU * n as f64 / FRAME as f64).sin_cos()).collect()
}

/// Amplitude in each frame and band, as a unit vector.
fn features(samples: &[f32], table: &[(f64, f64)]) -> Vec<f64> {
    let mut features = Vec::new();
    for frame in samples[..HIT].windows(FRAME).step_by(HOP) {
        let spectrum = spectrum(frame, table);
        let mut from = 0;
        for to in bands() {
            features.push(spectrum[from..to].iter().sum::<f64>().sqrt());
            from = to;
        }
    }
    let norm = features.iter().map(|v| v * v).sum::<f64>().sqrt();
    features.into_iter().map(|v| v / norm).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn all() -> Vec<(Shape, Size, Texture)> {
    let pairs = Shape::ALL.into_iter().flat_map(|shape| Size::ALL.map(|size| (shape, size)));
    pairs.flat_map(|(shape, size)| Texture::ALL.map(|texture| (shape, size, texture))).collect()
}

/// An object's hit on the left wall, and its sound, at a speed.
fn bounce((shape, size, texture): (Shape, Size, Texture), speed: i16, seed: u64) -> (usize, Sound) {
    let scene = scene(vec![object(shape, size, texture, [80, 128])]);
    let motion = Motion::new(&scene, &[[-speed, 0]]);
    (sample_at(motion.collisions[0].tick), heard(&scene, &[[-speed, 0]], seed))
}

#[test]
fn shape_size_and_texture_are_heard_in_a_hit() {
    let (table, all) = (table(), all());
    let clean = all.iter().map(|&which| {
        let (at, sound) = bounce(which, 128, 0);
        features(&sound.stems[0][at..], &table)
    });
    let clean: Vec<Vec<f64>> = clean.collect();
    for (index, &which) in all.iter().enumerate() {
        let (at, sound) = bounce(which, 50, index as u64);
        let heard = features(&sound.mix()[at..], &table);
        let distances: Vec<f64> = clean.iter().map(|clean| distance(&heard, clean)).collect();
        for (other, &apart) in distances.iter().enumerate().filter(|(other, _)| *other != index) {
            assert!(apart > 3.0 * distances[index], "{which:?} sounds as {:?}: {apart}", all[other]);
        }
    }
}

#[test]
fn larger_is_lower() {
    let table = table();
    for (shape, texture) in Shape::ALL.into_iter().flat_map(|shape| Texture::ALL.map(|t| (shape, t))) {
        let [small, medium, large] = Size::ALL.map(|size| {
            let (at, sound) = bounce((shape, size, texture), 100, 0);
            let spectrum = spectrum(&sound.stems[0][at..at + FRAME], &table);
            let weighted: f64 = spectrum.iter().enumerate().map(|(bin, power)| bin as f64 * power).sum();
            weighted / spectrum.iter().sum::<f64>()
        });
        assert!(small > 1.3 * medium && medium > 1.3 * large, "{texture} {shape}: {small} {medium} {large}");
    }
}
