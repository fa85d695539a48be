//! The amplitude modulation of an object by its texture.

use super::SAMPLE_RATE;
use super::sine::{QUARTER, phase_step, sine};
use crate::world::attributes::Texture;

/// Of the tremolo, in Hz.
const TREMOLO: f32 = 10.0;

/// Middle gain of the tremolo, and how far it swings.
const SWING: [f32; 2] = [0.55, 0.45];

/// Samples from one pulse to the next: 25 a second.
const PERIOD: usize = SAMPLE_RATE as usize / 25;

/// Samples of a pulse.
const PULSE: usize = 2 * PERIOD / 5;

/// Samples in which a pulse rises or falls.
const EDGE: f32 = 32.0;

/// Modulates a waveform, from full gain at its first sample: a solid object's not at all, a striped one's by a smooth tremolo, a
/// dotted one's by pulses.
pub(super) fn modulate(texture: Texture, wave: &mut [f32]) {
    match texture {
        Texture::Solid => {}
        Texture::Striped => {
            let step = phase_step(TREMOLO);
            for (sample, n) in wave.iter_mut().zip(0u32..) {
                *sample *= SWING[0] + SWING[1] * sine(QUARTER.wrapping_add(n.wrapping_mul(step)));
            }
        }
        Texture::Dotted => {
            let pulse: Vec<f32> = (0..PERIOD).map(gate).collect();
            for period in wave.chunks_mut(PERIOD) {
                period.iter_mut().zip(&pulse).for_each(|(sample, gain)| *sample *= gain);
            }
        }
    }
}

/// The gain at sample `n` of a period, which begins when the pulse has risen.
fn gate(n: usize) -> f32 {
    let (fall, rise) = (PULSE as f32 - n as f32, n as f32 + EDGE - PERIOD as f32);
    (fall.max(rise) / EDGE).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_begin_at_full_and_change_smoothly() {
        for (texture, lowest) in [(Texture::Solid, 1.0), (Texture::Striped, 0.1), (Texture::Dotted, 0.0)] {
            let mut gains = vec![1.0; 2 * SAMPLE_RATE as usize];
            modulate(texture, &mut gains);
            assert!((gains[0] - 1.0).abs() < 1e-6, "{texture}");
            assert!(gains.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.04), "{texture}");
            let least = gains.iter().copied().fold(1.0, f32::min);
            assert!((least - lowest).abs() < 1e-5, "{texture}: {least}");
        }
    }
}
