//! Models under training, each of them in short pieces.

use super::input::unusable;
use crate::device::{Device, DeviceError};
use crate::lab::contrast::{self, objectives};
use crate::lab::fuse::{HELD_OUT, Race};
use crate::session::protocol::{Experiment, Failure, KEPT_RUNS, Lesson};

/// Steps between two judgements of a race, and between two measurements of a contrastive run.
const JUDGED: u64 = 20;
const MEASURED: u64 = 10;

/// An experiment under way.
pub(crate) struct Run {
    pub experiment: Experiment,
    pub trainee: Trainee,
    /// What is judged next before the next step: a contestant's place, or 0 for the one model there is.
    judging: Option<usize>,
}

pub(crate) enum Trainee {
    Race(Race),
    Contrast(Box<contrast::Run>),
    Objectives(objectives::Race),
}

impl Run {
    /// Random weights, and the lesson that tells of the beginning.
    pub async fn begin(device: &Device, experiment: &Experiment) -> Result<(Self, Lesson), Failure> {
        let refused = |sentence: String| unusable(&sentence, String::new());
        let (trainee, lesson) = match experiment {
            Experiment::Race(settings) => {
                settings.check().map_err(refused)?;
                let race = Race::begin(device, settings.clone()).await?;
                let samples = (0..HELD_OUT).map(|at| race.shown(at)).collect();
                (Trainee::Race(race), Lesson::RaceBegun { samples })
            }
            Experiment::Contrast(settings) => {
                settings.check().map_err(refused)?;
                let run = contrast::Run::begin(device, settings.clone()).await?;
                let parameters = run.parameters() as u32;
                (Trainee::Contrast(Box::new(run)), Lesson::ContrastBegun { parameters })
            }
            Experiment::Objectives(settings) => {
                settings.check().map_err(refused)?;
                let race = objectives::Race::begin(device, settings.clone()).await?;
                let standings = race.standings();
                (Trainee::Objectives(race), Lesson::ObjectivesBegun { standings })
            }
        };
        let judging = (!matches!(trainee, Trainee::Objectives(_))).then_some(0);
        Ok((Run { experiment: experiment.clone(), trainee, judging }, lesson))
    }

    pub fn step(&self) -> u64 {
        match &self.trainee {
            Trainee::Race(race) => race.step,
            Trainee::Contrast(run) => run.steps(),
            Trainee::Objectives(race) => race.pieces,
        }
    }

    /// Whether nothing is left to do for a run up to `until`.
    pub fn stands(&self, until: u64) -> bool {
        let is_over = match &self.trainee {
            Trainee::Race(_) => false,
            Trainee::Contrast(run) => run.steps() >= run.settings.steps,
            Trainee::Objectives(race) => race.is_over(),
        };
        self.judging.is_none() && (is_over || self.step() >= until)
    }

    /// One piece of the way to `until`.
    pub async fn advance(&mut self, device: &Device, until: u64) -> Result<Option<Lesson>, DeviceError> {
        let judged = self.judging.take();
        match &mut self.trainee {
            Trainee::Race(race) => {
                if let Some(at) = judged {
                    self.judging = (at + 1 < race.settings.entrants().len()).then_some(at + 1);
                    return Ok(Some(Lesson::Standing(race.standing(at).await?)));
                }
                let Some(round) = race.advance().await? else { return Ok(None) };
                self.judging = is_due(race.step, until, JUDGED).then_some(0);
                Ok(Some(Lesson::Round(round)))
            }
            Trainee::Contrast(run) => {
                if judged.is_some() {
                    return Ok(Some(Lesson::Measured(Box::new(run.figures().await?))));
                }
                let report = run.step().await?;
                self.judging = is_due(report.step, until, MEASURED).then_some(0);
                Ok(Some(Lesson::Contrast(report)))
            }
            Trainee::Objectives(race) => Ok(race.step(device).await?.map(Lesson::Objective)),
        }
    }
}

fn is_due(step: u64, until: u64, every: u64) -> bool {
    step.is_multiple_of(every) || step == until
}

/// The runs that began last, the newest first.
#[derive(Default)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    pub fn of(&mut self, experiment: &Experiment) -> Option<&mut Run> {
        self.0.iter_mut().find(|run| run.experiment == *experiment)
    }

    /// Takes the place of an older run of the same experiment; the oldest gives way.
    pub fn add(&mut self, run: Run) {
        self.0.retain(|other| other.experiment != run.experiment);
        self.0.insert(0, run);
        self.0.truncate(KEPT_RUNS);
    }
}
