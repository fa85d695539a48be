//! The settings of a race as they stand in an address.

use crate::lab::fuse::Modality;
use crate::lab::fuse::task::Task;
use crate::lab::fuse::{Contestant, HELD_OUT, RaceSettings};
use crate::lab::sabotage::Corruption;

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
        let task = Task { parts: [1, 1, 0, 0] };
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

    fn pairs(&self) -> [(&'static str, String); 11] {
        let RaceSettings { seed, task, contestants, batch, micro_rate, dropout, modulation } = &self.settings;
        let parts: Vec<String> = task.parts.iter().map(u8::to_string).collect();
        let names: Vec<&str> = contestants.iter().map(|contestant| contestant.name()).collect();
        [
            ("seed", seed.to_string()),
            ("task", parts.join("-")),
            ("with", names.join(".")),
            ("batch", batch.to_string()),
            ("rate", micro_rate.to_string()),
            ("dropout", dropout.to_string()),
            ("modulation", modulation.to_string()),
            ("step", self.step.to_string()),
            ("sample", self.sample.to_string()),
            ("inside", self.inside.map_or("", Contestant::name).to_string()),
            ("spoil", format!("{}-{}-{}", self.modality.name(), self.corruption.name(), self.percent)),
        ]
    }

    /// Takes one key in; settings that cannot be run are left as they were.
    pub fn read(&mut self, key: &str, value: &str) {
        let mut settings = self.settings.clone();
        match key {
            "seed" => set(&mut settings.seed, value),
            "task" => settings.task = parts_of(value).map_or(settings.task, |parts| Task { parts }),
            "with" => settings.contestants = value.split('.').filter_map(|name| name.parse().ok()).collect(),
            "batch" => set(&mut settings.batch, value),
            "rate" => set(&mut settings.micro_rate, value),
            "dropout" => set(&mut settings.dropout, value),
            "modulation" => set(&mut settings.modulation, value),
            "step" => self.step = value.parse().ok().filter(|step| *step <= LONGEST).unwrap_or(self.step),
            "sample" => self.sample = value.parse().ok().filter(|at| *at < HELD_OUT).unwrap_or(self.sample),
            "inside" => self.inside = value.parse().ok(),
            "spoil" => self.set_sabotage(value),
            _ => {}
        }
        if settings.check().is_ok() {
            self.settings = settings;
        }
    }

    fn set_sabotage(&mut self, value: &str) {
        let mut words = value.split('-');
        let modality = words.next().and_then(|word| word.parse().ok());
        let corruption = words.next().and_then(|word| word.parse().ok());
        let percent = words.next().and_then(|word| word.parse().ok()).filter(|percent| *percent <= 100);
        if let (Some(modality), Some(corruption), Some(percent)) = (modality, corruption, percent) {
            (self.modality, self.corruption, self.percent) = (modality, corruption, percent);
        }
    }
}

/// The longest run that a link may ask for.
pub const LONGEST: u64 = 5_000;

fn set<T: std::str::FromStr>(field: &mut T, value: &str) {
    if let Ok(value) = value.parse() {
        *field = value;
    }
}

fn parts_of(value: &str) -> Option<[u8; 4]> {
    let parts: Vec<u8> = value.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_survives_its_address() {
        let plain = RaceView::new(RaceSettings::default());
        assert_eq!(plain.write(&plain), []);
        let mut view = plain.clone();
        view.settings.task = Task { parts: [1, 2, 0, 9] };
        view.settings.contestants = vec![Contestant::Late, Contestant::CoAttention];
        (view.settings.seed, view.settings.dropout, view.step, view.sample) = (7, 10, 340, 12);
        (view.inside, view.corruption, view.percent) = (Some(Contestant::Gate), Corruption::Delay, 50);
        let mut read = plain.clone();
        view.write(&plain).iter().for_each(|(key, value)| read.read(key, value));
        assert_eq!(read, view);
    }

    #[test]
    fn nonsense_changes_nothing() {
        let plain = RaceView::new(RaceSettings::sabotage());
        let mut view = plain.clone();
        let nonsense = [
            ("task", "0-0-0-0"),
            ("task", "1-2"),
            ("batch", "0"),
            ("spoil", "words-eat-5"),
            ("step", "9999999"),
            ("sample", "256"),
        ];
        nonsense.iter().for_each(|(key, value)| view.read(key, value));
        assert_eq!(view, plain);
    }
}
