//! What belongs to no object: ambience and noise.

use super::SAMPLES;
use crate::world::rng::Rng;

/// RMS of the ambience: the least and the largest.
const AMBIENCE_LEVELS: [f32; 2] = [0.001, 0.004];

/// 256ths of a sample that pass the low-pass filter: the cutoff, `SAMPLE_RATE / 2 pi` times the share, lies from 80 to 640 Hz.
const CUTOFFS: [i16; 2] = [8, 64];

/// RMS of the noise.
const NOISE_LEVEL: f32 = 0.001;

/// White noise of variance 1: uniform in `[-sqrt(3), sqrt(3))`.
pub(super) fn white(rng: &mut Rng) -> f32 {
    const SCALE: f32 = 1.732_050_8 / (1 << 23) as f32;
    ((rng.next_u64() >> 40) as i32 - (1 << 23)) as f32 * SCALE
}

/// White noise through `y[n] = y[n-1] + a (x[n] - y[n-1])`, which leaves `a / (2 - a)` of the variance. The share `a` and the level
/// are drawn uniformly.
pub(super) fn ambience(rng: &mut Rng) -> Vec<f32> {
    let share = f32::from(rng.between(CUTOFFS[0], CUTOFFS[1])) / 256.0;
    let [least, most] = AMBIENCE_LEVELS;
    let level = least + (most - least) * f32::from(rng.between(0, 256)) / 256.0;
    let gain = level / (share / (2.0 - share)).sqrt();
    let mut low = 0.0;
    let next = |_| {
        low += share * (gain * white(rng) - low);
        low
    };
    (0..SAMPLES).map(next).collect()
}

/// A waveform under white noise whose power lies so many dB below that of the waveform (signal-to-noise ratio); silence stays silent.
pub fn with_noise(samples: &[f32], decibels: i8, rng: &mut Rng) -> Vec<f32> {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32;
    let level = power.sqrt() * 10_f32.powf(-f32::from(decibels) / 20.0);
    samples.iter().map(|sample| (sample + level * white(rng)).clamp(-1.0, 1.0)).collect()
}

pub(super) fn noise(rng: &mut Rng) -> Vec<f32> {
    (0..SAMPLES).map(|_| NOISE_LEVEL * white(rng)).collect()
}
