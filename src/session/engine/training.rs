//! Requests about live training: to train, to evaluate corrupted samples, to hand weights out.

use super::emit::Emit;
use super::failure::unusable;
use super::loaded::Loaded;
use super::run::{LabRun, TrainingRun, TrainingRuns};
use crate::lab::fuse::{Contestant, Race};
use crate::lab::sabotage::Sabotage;
use crate::lab::weights::LabWeightsError;
use crate::session::protocol::{Event, Experiment, Failure, TrainingUpdate};

/// A request to train.
pub(super) struct Training {
    experiment: Experiment,
    until: u64,
    has_begun: bool,
}

impl Training {
    pub(super) fn new(experiment: Experiment, until: u64) -> Self {
        Training { experiment, until, has_begun: false }
    }

    /// One piece, so that a pause is heard within a step; whether the run has come to where it should.
    pub(super) async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let Loaded { model, runs, .. } = loaded;
        let device = model.device();
        let known = runs.of(&self.experiment);
        let resumes = self.has_begun || known.as_ref().is_some_and(|run| run.step() <= self.until);
        self.has_begun = true;
        let Some(run) = known.filter(|_| resumes) else {
            let (run, update) = TrainingRun::begin(device, &self.experiment).await?;
            runs.add(run);
            emit(Event::Training(update));
            return Ok(false);
        };
        if run.is_done(self.until) {
            emit(Event::Trained { step: run.step() });
            return Ok(true);
        }
        if let Some(update) = run.advance(device, self.until).await? {
            emit(Event::Training(update));
        }
        Ok(false)
    }
}

fn nothing_trained() -> Failure {
    unusable("Nothing has been trained yet.", String::new())
}

fn raced<'a>(runs: &'a mut TrainingRuns, experiment: &Experiment) -> Result<&'a Race, Failure> {
    match runs.of(experiment) {
        Some(TrainingRun { lab_run: LabRun::Race(race), .. }) => Ok(race),
        _ => Err(nothing_trained()),
    }
}

/// A request to evaluate corrupted held-out samples.
pub(super) struct CorruptionEval {
    experiment: Experiment,
    sabotages: Vec<Sabotage>,
    /// The next pair of a sabotage and a contestant.
    next: usize,
}

impl CorruptionEval {
    pub(super) fn new(experiment: Experiment, sabotages: Vec<Sabotage>) -> Self {
        CorruptionEval { experiment, sabotages, next: 0 }
    }

    /// The answers of one contestant to one corruption; whether it was the last.
    pub(super) async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let race = raced(&mut loaded.runs, &self.experiment)?;
        let count = race.settings.entrants().len();
        if let Some(&sabotage) = self.sabotages.get(self.next / count) {
            emit(Event::Training(TrainingUpdate::CorruptionResult(
                race.evaluate_corrupted(self.next % count, sabotage).await?,
            )));
            self.next += 1;
        }
        let is_last = self.next >= count * self.sabotages.len();
        if is_last {
            emit(Event::CorruptionsEvaluated);
        }
        Ok(is_last)
    }
}

/// The bytes of a safetensors file.
pub(super) async fn weights(
    runs: &mut TrainingRuns,
    experiment: &Experiment,
    contestant: Option<Contestant>,
) -> Result<Vec<u8>, Failure> {
    let run = runs.of(experiment).ok_or_else(nothing_trained)?;
    let file = match (&run.lab_run, contestant) {
        (LabRun::Race(race), Some(contestant)) => race.to_file(contestant).await,
        (LabRun::Contrast(run), None) => run.to_file().await,
        _ => return Err(unusable("This experiment hands out no such weights.", String::new())),
    };
    file.map_err(|error| match error {
        LabWeightsError::Device(error) => error.into(),
        error => unusable("These weights cannot be written.", error.to_string()),
    })
}
