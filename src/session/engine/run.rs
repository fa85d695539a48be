//! Models under training, each of them in short pieces.

use super::failure::unusable;
use crate::device::{Device, DeviceError};
use crate::lab::contrast::{self, objectives};
use crate::lab::fuse::Race;
use crate::session::protocol::{Experiment, Failure, KEPT_RUNS, TrainingUpdate};

/// Steps between two evaluations of a race, and of a contrastive run.
const RACE_EVAL_STEPS: u64 = 20;
const CONTRAST_EVAL_STEPS: u64 = 10;

/// An experiment under way.
pub(crate) struct TrainingRun {
    pub experiment: Experiment,
    pub lab_run: LabRun,
    /// What is evaluated before the next step: a contestant's place, or 0 for the one model there is.
    evaluating: Option<usize>,
}

pub(crate) enum LabRun {
    Race(Race),
    Contrast(Box<contrast::Run>),
    Objectives(objectives::ObjectiveComparison),
}

impl TrainingRun {
    /// Random weights, and the update that tells of the beginning.
    pub(super) async fn begin(
        device: &Device,
        experiment: &Experiment,
    ) -> Result<(Self, TrainingUpdate), Failure> {
        let refused = |sentence: String| unusable(&sentence, String::new());
        let (lab_run, update) = match experiment {
            Experiment::Race(settings) => {
                settings.check().map_err(refused)?;
                let race = Race::begin(device, settings.clone()).await?;
                let samples = race.samples.clone();
                (LabRun::Race(race), TrainingUpdate::RaceBegun { samples })
            }
            Experiment::Contrast(settings) => {
                settings.check().map_err(refused)?;
                let run = contrast::Run::begin(device, settings.clone()).await?;
                let parameters = run.parameters() as u32;
                (LabRun::Contrast(Box::new(run)), TrainingUpdate::ContrastBegun { parameters })
            }
            Experiment::Objectives(settings) => {
                settings.check().map_err(refused)?;
                let race = objectives::ObjectiveComparison::begin(device, settings.clone()).await?;
                let standings = race.standings();
                (LabRun::Objectives(race), TrainingUpdate::ObjectivesBegun { standings })
            }
        };
        let evaluating = (!matches!(lab_run, LabRun::Objectives(_))).then_some(0);
        Ok((TrainingRun { experiment: experiment.clone(), lab_run, evaluating }, update))
    }

    pub(super) fn step(&self) -> u64 {
        match &self.lab_run {
            LabRun::Race(race) => race.step,
            LabRun::Contrast(run) => run.steps(),
            LabRun::Objectives(race) => race.pieces,
        }
    }

    /// Whether nothing is left to do for a run up to `until`.
    pub(super) fn is_done(&self, until: u64) -> bool {
        let is_over = match &self.lab_run {
            LabRun::Race(_) => false,
            LabRun::Contrast(run) => run.steps() >= run.settings.steps,
            LabRun::Objectives(race) => race.is_over(),
        };
        self.evaluating.is_none() && (is_over || self.step() >= until)
    }

    /// One piece of the way to `until`.
    pub(super) async fn advance(
        &mut self,
        device: &Device,
        until: u64,
    ) -> Result<Option<TrainingUpdate>, DeviceError> {
        let evaluated = self.evaluating.take();
        match &mut self.lab_run {
            LabRun::Race(race) => {
                if let Some(at) = evaluated {
                    self.evaluating = (at + 1 < race.settings.entrants().len()).then_some(at + 1);
                    return Ok(Some(TrainingUpdate::Evaluated(race.evaluate(at).await?)));
                }
                let Some(step) = race.advance().await? else { return Ok(None) };
                self.evaluating = is_due(race.step, until, RACE_EVAL_STEPS).then_some(0);
                Ok(Some(TrainingUpdate::RaceStep(step)))
            }
            LabRun::Contrast(run) => {
                if evaluated.is_some() {
                    return Ok(Some(TrainingUpdate::Measured(Box::new(run.figures().await?))));
                }
                let report = run.step().await?;
                self.evaluating = is_due(report.step, until, CONTRAST_EVAL_STEPS).then_some(0);
                Ok(Some(TrainingUpdate::Contrast(report)))
            }
            LabRun::Objectives(race) => Ok(race.step(device).await?.map(TrainingUpdate::Objective)),
        }
    }
}

fn is_due(step: u64, until: u64, every: u64) -> bool {
    step.is_multiple_of(every) || step == until
}

/// The runs that began last, the newest first.
#[derive(Default)]
pub(crate) struct TrainingRuns(Vec<TrainingRun>);

impl TrainingRuns {
    pub(super) fn of(&mut self, experiment: &Experiment) -> Option<&mut TrainingRun> {
        self.0.iter_mut().find(|run| run.experiment == *experiment)
    }

    /// Takes the place of an older run of the same experiment; the oldest gives way.
    pub(super) fn add(&mut self, run: TrainingRun) {
        self.0.retain(|other| other.experiment != run.experiment);
        self.0.insert(0, run);
        self.0.truncate(KEPT_RUNS);
    }
}
