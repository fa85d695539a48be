//! Learning rate: linear warm-up, a plateau, and a linear descent to zero over the last steps
//! (Hu et al. 2024, section 4: warm-up, stable, decay). A plateau can be prolonged by another run. The rate rises anew
//! when another stage begins.

/// What is learned at a time: each stage adds to the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// The shared space beside an image encoder that stays as it is, of a run that begins with a trained model: what its texts
    /// are compared by, and nothing that its reader does, may change.
    Towers,
    /// What the cells of a picture show.
    Pictures,
    /// Words: the shared space, captions and answers.
    Writing,
    /// Whether a sentence is true of a picture.
    Judging,
}

#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    pub peak: f32,
    pub warmup: u64,
    /// Last step of [`Stage::Towers`], 0 for a run without.
    #[serde(default)]
    pub towers: u64,
    /// Last step of [`Stage::Pictures`].
    pub pictures: u64,
    /// Last step of [`Stage::Writing`].
    pub writing: u64,
    /// Last step of the run.
    pub steps: u64,
    /// Length of the descent that ends at `steps`.
    pub decay: u64,
}

impl Schedule {
    /// Learning rate of `step`, counted from 1.
    pub fn at(&self, step: u64) -> f32 {
        let begun = [self.towers, self.pictures, self.writing].into_iter().filter(|&last| last < step).max();
        let since = step - begun.unwrap_or(0);
        let rise = since as f32 / self.warmup.max(1) as f32;
        let fall = (self.steps + 1).saturating_sub(step) as f32 / self.decay.max(1) as f32;
        self.peak * rise.min(fall).min(1.0)
    }

    /// The stage of `step`, counted from 1.
    pub fn stage(&self, step: u64) -> Stage {
        match step {
            step if step <= self.towers => Stage::Towers,
            step if step <= self.pictures => Stage::Pictures,
            step if step <= self.writing => Stage::Writing,
            _ => Stage::Judging,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls() {
        let schedule =
            Schedule { peak: 2.0, warmup: 4, towers: 0, pictures: 6, writing: 11, steps: 20, decay: 5 };
        let rates: Vec<f32> = [1, 4, 6, 7, 11, 12, 16, 18, 20, 21].map(|s| schedule.at(s)).to_vec();
        assert_eq!(rates, [0.5, 2.0, 2.0, 0.5, 2.0, 0.5, 2.0, 1.2, 0.4, 0.0]);
        let stages = [1, 6, 7, 11, 12].map(|step| schedule.stage(step));
        use Stage::*;
        assert_eq!(stages, [Pictures, Pictures, Writing, Writing, Judging]);
    }
}
