//! The waveform of an object: its shape sets the partials and the noise, its size the fundamental frequency.

use super::background;
use super::sine::{QUARTER, phase_step, sine};
use crate::world::attributes::{Shape, Size};
use crate::world::rng::Rng;

struct Timbre {
    /// Frequency relative to the fundamental, and amplitude.
    partials: &'static [(f32, f32)],
    /// RMS of band-passed noise; a partial of amplitude `a` has the RMS `a / sqrt(2)`.
    noise: f32,
}

/// The noise lies around this multiple of the fundamental.
const NOISE_RATIO: f32 = 3.0;

/// Radius of the poles of the filter of the noise, whose bandwidth is `(1 - r) SAMPLE_RATE / pi`, about 250 Hz.
const POLE: f32 = 0.95;

const fn timbre(shape: Shape) -> Timbre {
    match shape {
        // A sine.
        Shape::Circle => Timbre { partials: &[(1.0, 1.0)], noise: 0.0 },
        // A square wave's odd harmonics, the upper ones stronger.
        Shape::Square => Timbre { partials: &[(1.0, 1.0), (3.0, 0.6), (5.0, 0.5), (7.0, 0.4)], noise: 0.0 },
        // The transverse modes of a free bar, as of the instrument (Fletcher and Rossing 1998).
        Shape::Triangle => {
            Timbre { partials: &[(1.0, 0.7), (2.756, 1.0), (5.404, 1.0), (8.933, 0.7)], noise: 0.0 }
        }
        // All harmonics, as of a reed.
        Shape::Star => Timbre {
            partials: &[
                (1.0, 1.0),
                (2.0, 1.0),
                (3.0, 1.0),
                (4.0, 1.0),
                (5.0, 1.0),
                (6.0, 1.0),
                (7.0, 1.0),
                (8.0, 1.0),
            ],
            noise: 0.0,
        },
        // Octaves, as of an organ.
        Shape::Heart => Timbre { partials: &[(1.0, 1.0), (2.0, 1.0), (4.0, 0.8)], noise: 0.0 },
        // High harmonics over a missing fundamental.
        Shape::Diamond => Timbre { partials: &[(5.0, 1.0), (6.0, 1.0), (7.0, 1.0)], noise: 0.0 },
        // A rattle.
        Shape::Cross => Timbre { partials: &[(1.0, 0.5)], noise: 1.0 },
        // Hum, prime, tierce, quint, nominal and two above, as of a church bell.
        Shape::Ring => Timbre {
            partials: &[(0.5, 0.6), (1.0, 0.8), (1.2, 1.0), (1.5, 0.6), (2.0, 1.0), (2.5, 0.6), (3.0, 0.5)],
            noise: 0.0,
        },
    }
}

/// Fundamental frequency in Hz: A3, F#4 and D#5, nine semitones apart, so that none is a harmonic of another.
const fn fundamental(size: Size) -> f32 {
    match size {
        Size::Large => 220.0,
        Size::Medium => 369.99,
        Size::Small => 622.25,
    }
}

/// The first `samples` samples, of RMS 1.
pub(super) fn waveform(shape: Shape, size: Size, samples: usize) -> Vec<f32> {
    let (Timbre { partials, noise }, fundamental) = (timbre(shape), fundamental(size));
    let power: f32 = partials.iter().map(|(_, amplitude)| amplitude * amplitude / 2.0).sum();
    let scale = 1.0 / (power + noise * noise).sqrt();
    let mut wave = vec![0.0; samples];
    for &(ratio, amplitude) in partials {
        let (step, amplitude) = (phase_step(ratio * fundamental), scale * amplitude);
        for (sample, n) in wave.iter_mut().zip(0u32..) {
            *sample += amplitude * sine(n.wrapping_mul(step));
        }
    }
    if noise > 0.0 {
        add_noise(&mut wave, phase_step(NOISE_RATIO * fundamental), scale * noise);
    }
    wave
}

/// Adds noise of RMS `rms` through the resonator `y[n] = x[n] + 2 r cos(w) y[n-1] - r^2 y[n-2]`, where `w` is the phase step. The
/// variance of `y` for white noise of variance 1 is `(1 + r^2) / ((1 - r^2) (1 + r^4 - 2 r^2 cos(2 w)))`.
fn add_noise(wave: &mut [f32], step: u32, rms: f32) {
    let square = POLE * POLE;
    let feedback = 2.0 * POLE * sine(QUARTER.wrapping_add(step));
    let double = sine(QUARTER.wrapping_add(step.wrapping_mul(2)));
    let variance = (1.0 + square) / ((1.0 - square) * (1.0 + square * square - 2.0 * square * double));
    let gain = rms / variance.sqrt();
    // Every object has the same noise: it sounds by its attributes alone.
    let mut rng = Rng::from_seed(0);
    let (mut last, mut before) = (0.0, 0.0);
    for sample in wave {
        let next = gain * background::white(&mut rng) + feedback * last - square * before;
        *sample += next;
        (last, before) = (next, last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::sound::{SAMPLE_RATE, SAMPLES};

    #[test]
    fn waveforms_have_the_same_loudness_and_lie_below_the_nyquist_frequency() {
        for (shape, size) in Shape::ALL.into_iter().flat_map(|shape| Size::ALL.map(|size| (shape, size))) {
            let power: f64 =
                waveform(shape, size, SAMPLES).iter().map(|&sample| f64::from(sample).powi(2)).sum();
            let rms = (power / SAMPLES as f64).sqrt();
            assert!((rms - 1.0).abs() < 0.03, "{size} {shape}: {rms}");
            let highest = timbre(shape).partials.iter().map(|(ratio, _)| ratio * fundamental(size));
            assert!(highest.fold(0.0, f32::max) < 0.4 * SAMPLE_RATE as f32, "{size} {shape}");
        }
    }
}
