//! The learning rate along a run.

/// Steps over which it rises.
const WARM_UP: u64 = 30;

/// The lowest rate as a share of the peak.
const FLOOR: f32 = 0.05;

/// Of `step` (from 1) among `steps`: a linear rise to `micro_rate` millionths, then half a cosine down to the lowest rate,
/// where it stays (Loshchilov & Hutter 2017).
pub(super) fn rate(micro_rate: u32, steps: u64, step: u64) -> f32 {
    let rise = (step as f32 / WARM_UP as f32).min(1.0);
    let along = (step as f32 / steps as f32).min(1.0);
    let fall = 0.5 * (1.0 + (std::f32::consts::PI * along).cos());
    1e-6 * micro_rate as f32 * rise * (FLOOR + (1.0 - FLOOR) * fall)
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rises_falls_and_stays() {
        let rates = [1, 30, 100, 200, 900].map(|step| rate(1_000_000, 200, step));
        assert!((rates[0] - 1.0 / 30.0).abs() < 1e-3 && rates[1] > 0.9, "{rates:?}");
        assert!((rates[2] - 0.525).abs() < 1e-3 && (rates[3] - 0.05).abs() < 1e-6, "{rates:?}");
        assert_eq!(rates[3], rates[4]);
    }
}
