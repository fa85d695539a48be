//! Live runs as the page has heard of them.

use super::{Phase, Shared, UiState};
use crate::lab::contrast::{self, objectives};
use crate::lab::fuse::{Contestant, Evaluation, Round, Shown};
use crate::lab::sabotage::Damage;
use crate::session::protocol::{Command, Experiment, KEPT_RUNS, Lesson};

/// Contrastive runs whose last figures are remembered beyond that.
const COMPARED: usize = 12;

/// What was heard of runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Runs {
    /// By their beginning, the newest first; as many as the engine keeps.
    newest: Vec<(Experiment, Training)>,
    /// Contrastive runs that have taken a step, in the order in which they were first measured.
    pub compared: Vec<Compared>,
}

/// Where a contrastive run stood when it was last measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub settings: contrast::ContrastSettings,
    /// Of the step before the measurement.
    pub loss: f32,
    pub figures: Shared<contrast::Figures>,
}

impl Runs {
    /// What was heard of an experiment.
    pub fn of(&self, experiment: &Experiment) -> Option<&Training> {
        self.newest.iter().find(|(other, _)| other == experiment).map(|(_, training)| training)
    }

    pub(super) fn hear(&mut self, experiment: &Experiment, lesson: Lesson) {
        let begun = match lesson {
            Lesson::RaceBegun { samples } => {
                Training::Race(Race { samples: Shared::new(samples), ..Race::default() })
            }
            Lesson::ContrastBegun { parameters } => {
                Training::Contrast(Contrast { parameters, ..Contrast::default() })
            }
            Lesson::ObjectivesBegun { standings } => {
                Training::Objectives(Objectives { standings, ..Objectives::default() })
            }
            lesson => return self.go_on(experiment, lesson),
        };
        self.newest.retain(|(other, _)| other != experiment);
        self.newest.insert(0, (experiment.clone(), begun));
        self.newest.truncate(KEPT_RUNS);
    }

    fn go_on(&mut self, experiment: &Experiment, lesson: Lesson) {
        let Some((_, training)) = self.newest.iter_mut().find(|(other, _)| other == experiment) else {
            return;
        };
        match (training, lesson) {
            (Training::Race(race), Lesson::Round(round)) => race.rounds.push(Shared::new(round)),
            (Training::Race(race), Lesson::Standing(standing)) => race.judge(standing),
            (Training::Contrast(run), Lesson::Contrast(report)) => run.reports.push(report),
            (Training::Contrast(run), Lesson::Measured(figures)) => {
                let figures = Shared::new(*figures);
                run.figures.push(figures.clone());
                let loss = run.reports.last().map(|report| report.loss);
                if let (Experiment::Contrast(settings), Some(loss)) = (experiment, loss) {
                    self.compare(Compared { settings: settings.clone(), loss, figures });
                }
            }
            (Training::Objectives(race), Lesson::Objective(standing)) => race.hear(standing),
            _ => {}
        }
    }

    fn compare(&mut self, new: Compared) {
        match self.compared.iter_mut().find(|known| known.settings == new.settings) {
            Some(known) => *known = new,
            None => self.compared.push(new),
        }
        let surplus = self.compared.len().saturating_sub(COMPARED);
        self.compared.drain(..surplus);
    }
}

impl UiState {
    pub(super) fn taught(&mut self, id: u32, lesson: Lesson) {
        match lesson {
            Lesson::Damage(damage) => {
                let command = self.damage.command.clone();
                let Some(Command::Sabotage { experiment, .. }) = command.as_deref() else { return };
                self.damage.hear(id, Phase::Running, |all| add_damage(all, experiment, damage));
            }
            lesson => {
                let command = self.training.command.clone();
                let Some(Command::Train { experiment, .. }) = command.as_deref() else { return };
                let phase = self.training.phase;
                self.training.hear(id, phase, |runs| runs.hear(experiment, lesson));
            }
        }
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub enum Training {
    Race(Race),
    Contrast(Contrast),
    Objectives(Objectives),
}

impl Training {
    /// The step at which the run stands.
    pub fn step(&self) -> u64 {
        match self {
            Training::Race(race) => race.rounds.last().map_or(0, |round| round.step),
            Training::Contrast(run) => run.reports.last().map_or(0, |report| report.step),
            Training::Objectives(race) => race.pieces,
        }
    }
}

/// A race: its curves, and the newest judgement of each contestant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Race {
    /// The held-out samples, in their order.
    pub samples: Shared<Vec<Shown>>,
    pub rounds: Vec<Shared<Round>>,
    /// The newest of each contestant, in the order of the race.
    pub standings: Vec<Shared<Evaluation>>,
    pub judgements: Vec<Judgement>,
}

/// A point of the curves on held-out samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub contestant: Contestant,
    pub step: u64,
    pub accuracy: f32,
    /// Without the words, and without the picture.
    pub alone: [f32; 2],
}

impl Race {
    fn judge(&mut self, standing: Evaluation) {
        let Evaluation { contestant, step, alone, .. } = standing;
        let accuracy = standing.confusion.accuracy();
        self.judgements.push(Judgement { contestant, step, accuracy, alone });
        let standing = Shared::new(standing);
        match self.standings.iter_mut().find(|known| known.contestant == contestant) {
            Some(known) => *known = standing,
            None => self.standings.push(standing),
        }
    }
}

/// A contrastive run: its losses, and what was measured on held-out pairs now and then.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contrast {
    /// Number of weights.
    pub parameters: u32,
    pub reports: Vec<contrast::ContrastMetrics>,
    pub figures: Vec<Shared<contrast::Figures>>,
}

/// A race of objectives: where each stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Objectives {
    pub standings: Vec<objectives::Standing>,
    /// Pieces of work that are done.
    pub pieces: u64,
}

impl Objectives {
    fn hear(&mut self, standing: objectives::Standing) {
        self.pieces += 1;
        if let Some(known) = self.standings.iter_mut().find(|known| known.objective == standing.objective) {
            *known = standing;
        }
    }
}

/// Keeps the damages of one state of one race under one corruption of one modality; a newer one of equal strength takes
/// the older one's place.
fn add_damage(damages: &mut Damages, experiment: &Experiment, new: Damage) {
    let key = |damage: &Damage| (damage.step, damage.sabotage.modality, damage.sabotage.corruption);
    let strength = |damage: &Damage| (damage.contestant, damage.sabotage.percent);
    if damages.of.as_ref() != Some(experiment) {
        *damages = Damages { of: Some(experiment.clone()), all: Vec::new() };
    }
    damages.all.retain(|old| key(old) == key(&new) && strength(old) != strength(&new));
    damages.all.push(Shared::new(new));
}

/// What the contestants of one race answer to spoilt samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Damages {
    pub of: Option<Experiment>,
    pub all: Vec<Shared<Damage>>,
}
