//! The settings of a race as they stand in an address.

use super::address::{decimal, parts, put, set};
use crate::lab::fuse::Modality;
use crate::lab::fuse::task::Task;
use crate::lab::fuse::{Contestant, HELD_OUT, RaceSettings};
use crate::lab::sabotage::Corruption;
use std::str::FromStr;

/// What a race room shows.
#[derive(Debug, Clone, PartialEq)]
pub struct RaceView {
    pub settings: RaceSettings,
    /// The step that the race has reached.
    pub step: u64,
    /// The held-out sample that is looked at.
    pub sample: usize,
    /// The contestant that is looked into.
    pub inside: Option<Contestant>,
    pub modality: Modality,
    pub corruption: Corruption,
    /// Strength of the corruption in percent.
    pub percent: u8,
}

impl RaceView {
    pub fn new(settings: RaceSettings) -> Self {
        RaceView {
            settings,
            step: 0,
            sample: 0,
            inside: None,
            modality: Modality::Words,
            corruption: Corruption::Remove,
            percent: 0,
        }
    }

    /// What the room Fuse opens with: two fusions that can solve the task and one that cannot.
    pub fn fuse() -> Self {
        let contestants = vec![Contestant::Late, Contestant::Sum, Contestant::Product];
        RaceView::new(RaceSettings { contestants, ..RaceSettings::default() })
    }

    /// What the room Sabotage opens with: the picture is gone, and half of the samples need it.
    pub fn sabotage() -> Self {
        let task = Task { parts: [1, 1, 0, 0, 0] };
        RaceView {
            modality: Modality::Picture,
            percent: 100,
            ..RaceView::new(RaceSettings { task, ..RaceSettings::sabotage() })
        }
    }

    /// Keys and values that differ from those of `plain`.
    pub fn write(&self, plain: &RaceView) -> Vec<(&'static str, String)> {
        let (own, usual) = (self.pairs(), plain.pairs());
        own.into_iter().zip(usual).filter(|(own, usual)| own != usual).map(|(own, _)| own).collect()
    }

    fn pairs(&self) -> [(&'static str, String); 12] {
        let RaceSettings { seed, modalities, task, contestants, batch, micro_rate, dropout, modulation } =
            &self.settings;
        let modalities: Vec<&str> = modalities.iter().map(|modality| modality.name()).collect();
        let parts: Vec<String> = task.written().iter().map(u8::to_string).collect();
        let names: Vec<&str> = contestants.iter().map(|contestant| contestant.name()).collect();
        [
            ("seed", seed.to_string()),
            // Before the task, of which only the parts of these count.
            ("modalities", modalities.join(".")),
            ("task", parts.join("-")),
            ("with", names.join(".")),
            ("batch", batch.to_string()),
            ("lr", decimal(*micro_rate, 6)),
            ("dropout", dropout.to_string()),
            ("alpha", decimal(u32::from(*modulation), 1)),
            ("step", self.step.to_string()),
            ("sample", self.sample.to_string()),
            ("inside", self.inside.map_or("", Contestant::name).to_string()),
            ("spoil", format!("{}-{}-{}", self.modality.name(), self.corruption.name(), self.percent)),
        ]
    }

    /// Takes one key in; whether its value can be used, and none where there is no such key. Settings that cannot be run are
    /// left as they were.
    pub fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        let mut settings = self.settings.clone();
        let is_good = match key {
            "seed" => set(&mut settings.seed, value),
            "task" => put(&mut settings.task, task_of(value)),
            "modalities" => {
                put(&mut settings.modalities, names_of(value).into_iter().collect::<Result<_, _>>().ok())
            }
            "with" => {
                let names = names_of(value);
                let is_good = names.iter().all(Result::is_ok);
                settings.contestants = names.into_iter().flatten().collect();
                is_good
            }
            "batch" => set(&mut settings.batch, value),
            "lr" => put(&mut settings.micro_rate, parts(value, 6)),
            "dropout" => set(&mut settings.dropout, value),
            "alpha" => {
                put(&mut settings.modulation, parts(value, 1).and_then(|tenths| tenths.try_into().ok()))
            }
            "step" => put(&mut self.step, value.parse().ok().filter(|step| *step <= LONGEST)),
            "sample" => put(&mut self.sample, value.parse().ok().filter(|at| *at < HELD_OUT)),
            "inside" => put(&mut self.inside, value.parse().ok().map(Some)),
            "spoil" => self.set_sabotage(value),
            // As older links have them: in millionths and in tenths.
            "rate" => set(&mut settings.micro_rate, value),
            "modulation" => set(&mut settings.modulation, value),
            _ => return None,
        };
        let can_run = settings.check().is_ok();
        if can_run {
            self.settings = settings;
        }
        Some(is_good && can_run)
    }

    fn set_sabotage(&mut self, value: &str) -> bool {
        let mut words = value.split('-');
        let modality = words.next().and_then(|word| word.parse().ok());
        let corruption = words.next().and_then(|word| word.parse().ok());
        let percent = words.next().and_then(|word| word.parse().ok()).filter(|percent| *percent <= 100);
        let (Some(modality), Some(corruption), Some(percent)) = (modality, corruption, percent) else {
            return false;
        };
        (self.modality, self.corruption, self.percent) = (modality, corruption, percent);
        true
    }
}

/// The longest run that a link may ask for.
pub const LONGEST: u64 = 5_000;

/// `picture.words`.
fn names_of<T: FromStr>(value: &str) -> Vec<Result<T, T::Err>> {
    value.split('.').map(str::parse).collect()
}

fn task_of(value: &str) -> Option<Task> {
    let parts: Vec<u8> = value.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    Task::of(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_survives_its_address() {
        let plain = RaceView::new(RaceSettings::default());
        assert_eq!(plain.write(&plain), []);
        let mut view = plain.clone();
        view.settings.task = Task { parts: [1, 2, 0, 9, 3] };
        view.settings.modalities = vec![Modality::Picture, Modality::Sound];
        view.settings.contestants = vec![Contestant::Late, Contestant::CoAttention];
        (view.settings.seed, view.settings.dropout, view.step, view.sample) = (7, 10, 340, 12);
        (view.inside, view.corruption, view.percent) = (Some(Contestant::Gate), Corruption::Delay, 50);
        view.modality = Modality::Sound;
        let mut read = plain.clone();
        view.write(&plain)
            .iter()
            .for_each(|(key, value)| assert_eq!(read.read(key, value), Some(true), "{key}"));
        assert_eq!(read, view);
    }

    #[test]
    fn nonsense_changes_nothing() {
        let plain = RaceView::new(RaceSettings::sabotage());
        let mut view = plain.clone();
        let nonsense = [
            ("task", "0-0-0-0"),
            ("task", "1-2"),
            // Whose samples are of a modality that is not there.
            ("task", "0-0-0-0-1"),
            ("modalities", "words"),
            ("modalities", "words.picture"),
            ("modalities", "picture.smell"),
            ("batch", "0"),
            ("spoil", "words-eat-5"),
            ("step", "9999999"),
            ("sample", "256"),
        ];
        nonsense.iter().for_each(|(key, value)| assert_eq!(view.read(key, value), Some(false), "{key}"));
        assert_eq!(view, plain);
    }
}
