//! Learning rate: linear warm-up, a plateau, and a linear descent to zero over the last steps
//! (Hu et al. 2024, section 4: warm-up, stable, decay). A plateau can be prolonged by another run. The first steps may
//! go to pictures without words; the rate then rises anew when the words come in.

#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    pub peak: f32,
    pub warmup: u64,
    /// Steps on pictures without words, at the start.
    pub pictures: u64,
    /// Last step of the run.
    pub steps: u64,
    /// Length of the descent that ends at `steps`.
    pub decay: u64,
}

impl Schedule {
    /// Learning rate of `step`, counted from 1.
    pub fn at(&self, step: u64) -> f32 {
        let since = if step > self.pictures { step - self.pictures } else { step };
        let rise = since as f32 / self.warmup.max(1) as f32;
        let fall = (self.steps + 1).saturating_sub(step) as f32 / self.decay.max(1) as f32;
        self.peak * rise.min(fall).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls() {
        let schedule = Schedule { peak: 2.0, warmup: 4, pictures: 6, steps: 20, decay: 5 };
        let rates: Vec<f32> = [1, 4, 6, 7, 10, 16, 18, 20, 21].map(|s| schedule.at(s)).to_vec();
        assert_eq!(rates, [0.5, 2.0, 2.0, 0.5, 2.0, 2.0, 1.2, 0.4, 0.0]);
    }
}
