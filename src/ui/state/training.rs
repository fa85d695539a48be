//! Training runs as the page has heard of them.

use super::shared::Shared;
use crate::lab::contrast::{self, objectives};
use crate::lab::fuse::task::Sample;
use crate::lab::fuse::{Contestant, Evaluation, RaceStep};
use crate::lab::sabotage::CorruptionResult;
use crate::session::protocol::{Experiment, KEPT_RUNS, TrainingUpdate};

/// Contrastive runs whose last figures are remembered beyond that.
const COMPARED: usize = 12;

/// What was heard of runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Runs {
    /// By their beginning, the newest first; as many as the engine keeps.
    newest: Vec<(Experiment, LabRunState)>,
    /// Contrastive runs that have taken a step, in the order in which they were first measured.
    pub compared: Vec<Compared>,
}

/// Where a contrastive run stood when it was last measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub settings: contrast::ContrastSettings,
    /// Of the step before the measurement.
    pub loss: f32,
    pub figures: Shared<contrast::ContrastEval>,
}

impl Runs {
    /// What was heard of an experiment.
    pub fn of(&self, experiment: &Experiment) -> Option<&LabRunState> {
        self.newest.iter().find(|(other, _)| other == experiment).map(|(_, training)| training)
    }

    pub(super) fn apply(&mut self, experiment: &Experiment, update: TrainingUpdate) {
        let begun = match update {
            TrainingUpdate::RaceBegun { samples } => {
                LabRunState::Race(RaceState { samples: Shared::new(samples), ..RaceState::default() })
            }
            TrainingUpdate::ContrastBegun { parameters } => {
                LabRunState::Contrast(ContrastState { parameters, ..ContrastState::default() })
            }
            TrainingUpdate::ObjectivesBegun { standings } => {
                LabRunState::Objectives(ObjectivesState { standings, ..ObjectivesState::default() })
            }
            update => return self.update(experiment, update),
        };
        self.newest.retain(|(other, _)| other != experiment);
        self.newest.insert(0, (experiment.clone(), begun));
        self.newest.truncate(KEPT_RUNS);
    }

    fn update(&mut self, experiment: &Experiment, update: TrainingUpdate) {
        let Some((_, training)) = self.newest.iter_mut().find(|(other, _)| other == experiment) else {
            return;
        };
        match (training, update) {
            (LabRunState::Race(race), TrainingUpdate::RaceStep(step)) => race.rounds.push(Shared::new(step)),
            (LabRunState::Race(race), TrainingUpdate::Evaluated(evaluation)) => race.evaluate(evaluation),
            (LabRunState::Contrast(run), TrainingUpdate::Contrast(report)) => run.reports.push(report),
            (LabRunState::Contrast(run), TrainingUpdate::Measured(figures)) => {
                let figures = Shared::new(*figures);
                run.figures.push(figures.clone());
                let loss = run.reports.last().map(|report| report.loss);
                if let (Experiment::Contrast(settings), Some(loss)) = (experiment, loss) {
                    self.compare(Compared { settings: settings.clone(), loss, figures });
                }
            }
            (LabRunState::Objectives(race), TrainingUpdate::Objective(standing)) => race.apply(standing),
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

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub enum LabRunState {
    Race(RaceState),
    Contrast(ContrastState),
    Objectives(ObjectivesState),
}

impl LabRunState {
    /// The step that the run has reached.
    pub fn step(&self) -> u64 {
        match self {
            LabRunState::Race(race) => race.rounds.last().map_or(0, |round| round.step),
            LabRunState::Contrast(run) => run.reports.last().map_or(0, |report| report.step),
            LabRunState::Objectives(race) => race.pieces,
        }
    }
}

/// A race: its curves, and the newest evaluation of each contestant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RaceState {
    /// The held-out samples, in their order.
    pub samples: Shared<Vec<Sample>>,
    pub rounds: Vec<Shared<RaceStep>>,
    /// The newest of each contestant, in the order of the race.
    pub evaluations: Vec<Shared<Evaluation>>,
    pub curve: Vec<EvaluationPoint>,
}

/// A point of the curves on held-out samples.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationPoint {
    pub contestant: Contestant,
    pub step: u64,
    pub accuracy: f32,
    /// With each modality alone, in the order of the race.
    pub alone: Vec<f32>,
}

impl RaceState {
    fn evaluate(&mut self, evaluation: Evaluation) {
        let Evaluation { contestant, step, .. } = evaluation;
        let alone = evaluation.subsets.iter().filter(|subset| subset.present.len() == 1);
        let alone = alone.map(|subset| subset.accuracy).collect();
        let accuracy = evaluation.confusion.accuracy();
        self.curve.push(EvaluationPoint { contestant, step, accuracy, alone });
        let evaluation = Shared::new(evaluation);
        match self.evaluations.iter_mut().find(|known| known.contestant == contestant) {
            Some(known) => *known = evaluation,
            None => self.evaluations.push(evaluation),
        }
    }
}

/// A contrastive run: its losses, and what was measured on held-out pairs now and then.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContrastState {
    /// Number of weights.
    pub parameters: u32,
    pub reports: Vec<contrast::ContrastMetrics>,
    pub figures: Vec<Shared<contrast::ContrastEval>>,
}

/// A race of objectives: how far each is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectivesState {
    pub standings: Vec<objectives::Standing>,
    /// Pieces of work that are done.
    pub pieces: u64,
}

impl ObjectivesState {
    fn apply(&mut self, standing: objectives::Standing) {
        self.pieces += 1;
        if let Some(known) = self.standings.iter_mut().find(|known| known.objective == standing.objective) {
            *known = standing;
        }
    }
}

/// What the contestants of one race answer to corrupted samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CorruptionResults {
    pub of: Option<Experiment>,
    pub all: Vec<Shared<CorruptionResult>>,
}

impl CorruptionResults {
    /// Keeps the results of one state of one race under one corruption of one modality; a newer one of equal strength takes
    /// the older one's place.
    pub(super) fn add(&mut self, experiment: &Experiment, new: CorruptionResult) {
        let key =
            |result: &CorruptionResult| (result.step, result.sabotage.modality, result.sabotage.corruption);
        let strength = |result: &CorruptionResult| (result.contestant, result.sabotage.percent);
        if self.of.as_ref() != Some(experiment) {
            *self = CorruptionResults { of: Some(experiment.clone()), all: Vec::new() };
        }
        self.all.retain(|old| key(old) == key(&new) && strength(old) != strength(&new));
        self.all.push(Shared::new(new));
    }
}
