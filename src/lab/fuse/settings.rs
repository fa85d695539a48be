//! What a race is run with.

use serde::{Deserialize, Serialize};

use super::contestant::Contestant;
use super::modality::Modality;
use super::task::{Information, Source, Task};

/// What a race is run with; equal settings give equal curves on one device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RaceSettings {
    pub seed: u64,
    /// Two or three different ones, in their order; files of before there was sound name none.
    #[serde(default = "picture_and_words")]
    pub modalities: Vec<Modality>,
    pub task: Task,
    /// The baselines run besides.
    pub contestants: Vec<Contestant>,
    /// Samples of a step.
    pub batch: usize,
    /// Learning rate, in millionths.
    pub micro_rate: u32,
    /// How often a modality goes missing where a contestant learns without it, in percent.
    pub dropout: u8,
    /// Strength `α` of the modulation of gradients (Peng et al. 2022), in tenths.
    pub modulation: u8,
}

fn picture_and_words() -> Vec<Modality> {
    vec![Modality::Picture, Modality::Words]
}

impl Default for RaceSettings {
    fn default() -> Self {
        RaceSettings {
            seed: 1,
            modalities: picture_and_words(),
            task: Task::pure(Information::Synergy),
            contestants: Contestant::FUSIONS.to_vec(),
            batch: 32,
            micro_rate: 1000,
            dropout: 40,
            modulation: 10,
        }
    }
}

impl RaceSettings {
    /// What the sabotage desk starts from: either modality suffices, and the words are learned sooner.
    pub fn sabotage() -> Self {
        RaceSettings {
            task: Task::pure(Information::Redundant),
            contestants: Contestant::ROBUST.to_vec(),
            ..RaceSettings::default()
        }
    }

    /// # Errors
    /// In one sentence, what cannot be run.
    pub fn check(&self) -> Result<(), String> {
        if !Modality::SETS.contains(&self.modalities.as_slice()) {
            return Err(
                "A race takes two or three of picture, words and sound, each once and in that order.".into(),
            );
        }
        if self.task.among(&self.modalities).is_empty() {
            return Err("The task has no samples: every part of the mixture is 0.".into());
        }
        if !(1..=256).contains(&self.batch) {
            return Err(format!("A batch of {} samples is not between 1 and 256.", self.batch));
        }
        if !(1..=100_000).contains(&self.micro_rate) {
            return Err(format!(
                "A learning rate of {} millionths is not between 1 and 100,000.",
                self.micro_rate
            ));
        }
        if self.dropout > 90 {
            return Err(format!(
                "A modality that misses {} % of the steps teaches too little.",
                self.dropout
            ));
        }
        Ok(())
    }

    /// The task without the parts of modalities that are not chosen.
    pub fn mixture(&self) -> Task {
        self.task.among(&self.modalities)
    }

    pub(super) fn source(&self) -> Source<'_> {
        Source { task: &self.task, modalities: &self.modalities, seed: self.seed }
    }

    /// The baselines and then the chosen, each once, without those whose modality is not there.
    pub fn entrants(&self) -> Vec<Contestant> {
        let mut entrants = Vec::new();
        for &contestant in Contestant::BASELINES.iter().chain(&self.contestants) {
            if contestant.takes(&self.modalities) && !entrants.contains(&contestant) {
                entrants.push(contestant);
            }
        }
        entrants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_before_there_was_sound_are_of_picture_and_words() {
        let old = r#"{"seed":1,"task":{"parts":[0,0,0,1]},"contestants":["Gate"],"batch":4,"micro_rate":1000,"dropout":40,"modulation":10}"#;
        let settings: RaceSettings = serde_json::from_str(old).unwrap();
        let contestants = vec![Contestant::Gate];
        assert_eq!(settings, RaceSettings { batch: 4, contestants, ..RaceSettings::default() });
    }

    #[test]
    fn modalities_are_two_or_three_in_their_order_and_the_task_has_samples_of_them() {
        let of = |modalities: &[Modality], task| {
            RaceSettings { modalities: modalities.to_vec(), task, ..RaceSettings::default() }.check()
        };
        let synergy = Task::pure(Information::Synergy);
        assert!(Modality::SETS.iter().all(|set| of(set, synergy).is_ok()));
        let [picture, words, sound] = Modality::ALL;
        for wrong in [&[] as &[Modality], &[words], &[words, picture], &[sound, sound]] {
            assert!(of(wrong, synergy).unwrap_err().contains("two or three"), "{wrong:?}");
        }
        let unheard = of(&[picture, words], Task::pure(Information::Sound));
        assert!(unheard.unwrap_err().contains("no samples"));
        let alone = vec![Contestant::Sound, Contestant::Late];
        let entrants = RaceSettings { contestants: alone, ..RaceSettings::default() }.entrants();
        assert!(!entrants.contains(&Contestant::Sound) && entrants.contains(&Contestant::Late));
    }
}
