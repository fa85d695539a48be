//! The sine of a phase in turns, as a polynomial: that of the platform's library differs from one to the next.

use super::SAMPLE_RATE;

/// A quarter of a turn; a whole one is 2^32.
pub(super) const QUARTER: u32 = 1 << 30;

/// `sin(2 pi phase / 2^32)`, to 1e-6.
pub(super) fn sine(phase: u32) -> f32 {
    // sin(pi - x) = sin(x) brings the phase into a quarter turn around 0: outside of it the upper two bits differ.
    let turn = phase as i32;
    let near = if turn ^ (turn << 1) < 0 { i32::MIN.wrapping_sub(turn) } else { turn };
    let x = near as f32 * (1.0 / (1u64 << 32) as f32);
    let square = x * x;
    // Minimax on [-1/4, 1/4].
    x * (6.283_164 + square * (-41.337_143 + square * (81.340_77 - square * 70.993_43)))
}

/// What the phase grows by with every sample at a frequency in Hz.
pub(super) fn phase_step(frequency: f32) -> u32 {
    (frequency * ((1u64 << 32) as f32 / SAMPLE_RATE as f32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_that_of_the_library() {
        let phases = (0..=u32::MAX).step_by(9_973).chain([QUARTER - 1, QUARTER, 2 * QUARTER, u32::MAX]);
        for phase in phases {
            let expected = (f64::from(phase) / 2f64.powi(32) * std::f64::consts::TAU).sin();
            let error = (f64::from(sine(phase)) - expected).abs();
            assert!(error < 1e-6, "phase {phase}: {error}");
        }
    }

    #[test]
    fn a_step_is_the_frequency_over_the_sample_rate() {
        assert_eq!(phase_step(SAMPLE_RATE as f32 / 4.0), QUARTER);
        assert_eq!(phase_step(1_000.0), 1 << 28);
    }
}
