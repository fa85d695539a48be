//! What the room Contrast shows, as it stands in an address.

use super::ContrastMode;
use super::address::{decimal, flag, parts, put, set};
use crate::lab::contrast::{ContrastSettings, Direction, Loss, Temperature, objectives};

const LOSSES: [(Loss, &str); 2] = [(Loss::InfoNce, "infonce"), (Loss::Sigmoid, "sigmoid")];
const WAYS: [(Direction, &str); 3] =
    [(Direction::Both, "both"), (Direction::ToText, "text"), (Direction::ToPicture, "picture")];

/// One run, and the race of objectives.
#[derive(Debug, Clone, PartialEq)]
pub struct ContrastView {
    pub mode: ContrastMode,
    pub settings: ContrastSettings,
    /// The step that the run has reached.
    pub step: u64,
    /// The pinned cell of the matrix: (picture, caption).
    pub cell: Option<(usize, usize)>,
    pub objectives: objectives::ObjectiveSettings,
    /// The piece of work that the race has reached.
    pub piece: u64,
}

impl Default for ContrastView {
    fn default() -> Self {
        ContrastView {
            mode: ContrastMode::Run,
            settings: ContrastSettings::default(),
            step: 0,
            cell: None,
            objectives: objectives::ObjectiveSettings::default(),
            piece: 0,
        }
    }
}

impl ContrastView {
    /// Keys and values that differ from the default.
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let (own, usual) = (self.pairs(), ContrastView::default().pairs());
        own.into_iter().zip(usual).filter(|(own, usual)| own != usual).map(|(own, _)| own).collect()
    }

    fn pairs(&self) -> [(&'static str, String); 20] {
        let settings = &self.settings;
        let temperature = match settings.temperature {
            Temperature::Learned => String::new(),
            Temperature::Fixed { milli } => decimal(milli, 3),
        };
        let race = &self.objectives;
        [
            ("show", self.mode.to_string()),
            ("seed", settings.seed.to_string()),
            ("space", settings.space.name().to_string()),
            ("loss", word(&LOSSES, settings.loss)),
            ("way", word(&WAYS, settings.direction)),
            ("hard", u8::from(settings.hard_negatives).to_string()),
            ("temp", temperature),
            ("batch", settings.batch.to_string()),
            ("width", settings.width.to_string()),
            ("lr", decimal(settings.micro_rate, 6)),
            ("steps", settings.steps.to_string()),
            ("step", self.step.to_string()),
            ("cell", self.cell.map_or_else(String::new, |(row, column)| format!("{row}-{column}"))),
            ("race-with", race.partner.name().to_string()),
            ("race-seed", race.seed.to_string()),
            ("race-batch", race.batch.to_string()),
            ("race-steps", race.steps.to_string()),
            ("race-probes", race.probe_steps.to_string()),
            ("race-lr", decimal(race.micro_rate, 6)),
            ("race-piece", self.piece.to_string()),
        ]
    }

    /// Takes one key in; whether its value can be used, and none where there is no such key. Settings that cannot be run are
    /// left as they were. Where settings can be run, so can those that differ from the default in some of them only, so the
    /// order of the keys does not matter.
    pub fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        let (mut settings, mut race) = (self.settings.clone(), self.objectives.clone());
        let fixed = |milli: Option<u32>| milli.map(|milli| Temperature::Fixed { milli });
        let is_good = match key {
            "show" => set(&mut self.mode, value),
            "seed" => set(&mut settings.seed, value),
            "space" => set(&mut settings.space, value),
            "loss" => put(&mut settings.loss, choice(&LOSSES, value)),
            "way" => put(&mut settings.direction, choice(&WAYS, value)),
            "hard" => put(&mut settings.hard_negatives, flag(value)),
            "temp" => put(&mut settings.temperature, fixed(parts(value, 3))),
            "batch" => set(&mut settings.batch, value),
            "width" => set(&mut settings.width, value),
            "lr" => put(&mut settings.micro_rate, parts(value, 6)),
            "steps" => set(&mut settings.steps, value),
            "step" => set(&mut self.step, value),
            "cell" => put(&mut self.cell, cell_of(value).map(Some)),
            "race-with" => set(&mut race.partner, value),
            "race-seed" => set(&mut race.seed, value),
            "race-batch" => set(&mut race.batch, value),
            "race-steps" => set(&mut race.steps, value),
            "race-probes" => set(&mut race.probe_steps, value),
            "race-lr" => put(&mut race.micro_rate, parts(value, 6)),
            "race-piece" => set(&mut self.piece, value),
            // As older links have them: in thousandths and in millionths.
            "tau" => put(&mut settings.temperature, fixed(value.parse().ok())),
            "rate" => set(&mut settings.micro_rate, value),
            "race-rate" => set(&mut race.micro_rate, value),
            _ => return None,
        };
        let can_run = settings.check().is_ok() && race.check().is_ok();
        if can_run {
            (self.settings, self.objectives) = (settings, race);
        }
        Some(is_good && can_run)
    }
}

fn word<T: PartialEq>(words: &[(T, &str)], choice: T) -> String {
    words.iter().find(|(other, _)| *other == choice).map_or_else(String::new, |(_, word)| word.to_string())
}

fn choice<T: Copy>(words: &[(T, &str)], value: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == value).map(|(choice, _)| *choice)
}

fn cell_of(value: &str) -> Option<(usize, usize)> {
    let (row, column) = value.split_once('-')?;
    Some((row.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::Space;
    use crate::lab::contrast::partner::Partner;

    fn reread(pairs: &[(&'static str, String)]) -> ContrastView {
        let mut view = ContrastView::default();
        pairs.iter().for_each(|(key, value)| assert_eq!(view.read(key, value), Some(true), "{key}"));
        view
    }

    #[test]
    fn both_modes_survive_their_address() {
        assert_eq!(ContrastView::default().write(), []);
        let settings = ContrastSettings {
            seed: 9,
            batch: 32,
            hard_negatives: true,
            direction: Direction::ToText,
            temperature: Temperature::Fixed { milli: 70 },
            width: 2,
            micro_rate: 1_000,
            steps: 200,
            ..ContrastSettings::default()
        };
        let run = ContrastView { settings, step: 120, cell: Some((3, 31)), ..ContrastView::default() };
        assert_eq!(reread(&run.write()), run);
        let race = objectives::ObjectiveSettings {
            partner: Partner::Graph,
            seed: 4,
            batch: 8,
            steps: 5,
            probe_steps: 6,
            micro_rate: 7,
        };
        let mode = ContrastMode::Objectives;
        let race = ContrastView { mode, objectives: race, piece: 40, ..ContrastView::default() };
        assert_eq!(reread(&race.write()), race);
    }

    #[test]
    fn keys_may_stand_in_any_order() {
        let settings =
            ContrastSettings { space: Space::Joint, loss: Loss::Sigmoid, ..ContrastSettings::default() };
        let view = ContrastView {
            settings: ContrastSettings { hard_negatives: true, ..settings },
            ..Default::default()
        };
        let mut pairs = view.write();
        pairs.reverse();
        assert_eq!(reread(&pairs), view);
    }

    #[test]
    fn nonsense_and_contradictions_change_nothing() {
        let mut view = ContrastView::default();
        let nonsense = [
            ("batch", "1"),
            ("space", "outer"),
            ("step", "-1"),
            ("cell", "3"),
            ("tau", "0"),
            ("race-steps", "0"),
            ("race-with", "smell"),
        ];
        nonsense.iter().for_each(|(key, value)| assert_eq!(view.read(key, value), Some(false), "{key}"));
        assert_eq!(view, ContrastView::default());
        view.read("space", "coordinated");
        view.read("loss", "sigmoid");
        assert_eq!(view.settings.loss, Loss::InfoNce, "correlations know no loss of pairs");
    }
}
