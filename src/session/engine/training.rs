//! Live training in short pieces, so that a pause is heard within a step.

use super::input::unusable;
use super::task::Emit;
use crate::device::Device;
use crate::lab::fuse::{Contestant, HELD_OUT, Race, WeightsError};
use crate::lab::sabotage::Sabotage;
use crate::session::protocol::{Event, Experiment, Failure, Lesson};

/// Steps between two judgements on held-out samples.
const EVERY: u64 = 20;

/// A model, or several, under training.
pub(crate) struct Run {
    experiment: Experiment,
    race: Race,
}

/// A request to train.
pub(super) struct Training {
    experiment: Experiment,
    until: u64,
    /// The contestant that is judged next, between two rounds.
    judging: Option<usize>,
    is_settled: bool,
}

impl Training {
    pub fn new(experiment: Experiment, until: u64) -> Self {
        Training { experiment, until, judging: None, is_settled: false }
    }

    /// One piece; whether the run stands where it should.
    pub async fn advance(
        &mut self,
        device: &Device,
        run: &mut Option<Run>,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        if !self.is_settled {
            self.is_settled = true;
            let goes_on = |run: &Run| run.experiment == self.experiment && run.race.step <= self.until;
            if !run.as_ref().is_some_and(goes_on) {
                *run = Some(begin(device, &self.experiment).await?);
                self.judging = Some(0);
                let race = &run.as_ref().expect("a run has begun").race;
                let samples = (0..HELD_OUT).map(|at| race.shown(at)).collect();
                emit(Event::Taught(Lesson::RaceBegun { samples }));
            }
            return Ok(false);
        }
        let race = &mut run.as_mut().expect("a run has begun").race;
        if let Some(at) = self.judging {
            let count = race.settings.entrants().len();
            emit(Event::Taught(Lesson::Standing(race.standing(device, at).await?)));
            self.judging = (at + 1 < count).then_some(at + 1);
            return Ok(self.ends(race, emit));
        }
        if race.step < self.until {
            if let Some(round) = race.advance(device).await? {
                emit(Event::Taught(Lesson::Round(round)));
                if race.step.is_multiple_of(EVERY) || race.step == self.until {
                    self.judging = Some(0);
                }
            }
            return Ok(false);
        }
        Ok(self.ends(race, emit))
    }

    fn ends(&self, race: &Race, emit: Emit<'_>) -> bool {
        let ends = self.judging.is_none() && race.step >= self.until;
        if ends {
            emit(Event::Trained { step: race.step });
        }
        ends
    }
}

async fn begin(device: &Device, experiment: &Experiment) -> Result<Run, Failure> {
    let Experiment::Race(settings) = experiment;
    settings.check().map_err(|sentence| unusable(&sentence, String::new()))?;
    let race = Race::begin(device, settings.clone()).await?;
    Ok(Run { experiment: experiment.clone(), race })
}

fn trained(run: Option<&Run>) -> Result<&Race, Failure> {
    let race = run.map(|run| &run.race);
    race.ok_or_else(|| unusable("Nothing has been trained yet.", String::new()))
}

/// A request to spoil held-out samples.
pub(super) struct Spoiling {
    sabotages: Vec<Sabotage>,
    /// The next pair of a sabotage and a contestant.
    next: usize,
}

impl Spoiling {
    pub fn new(sabotages: Vec<Sabotage>) -> Self {
        Spoiling { sabotages, next: 0 }
    }

    /// The answers of one contestant to one sabotage; whether it was the last.
    pub async fn advance(
        &mut self,
        device: &Device,
        run: Option<&Run>,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let race = trained(run)?;
        let count = race.settings.entrants().len();
        if let Some(&sabotage) = self.sabotages.get(self.next / count) {
            emit(Event::Taught(Lesson::Damage(race.damage(device, self.next % count, sabotage).await?)));
            self.next += 1;
        }
        let is_last = self.next >= count * self.sabotages.len();
        if is_last {
            emit(Event::Spoilt);
        }
        Ok(is_last)
    }
}

/// The bytes of a safetensors file.
pub(super) async fn weights(
    device: &Device,
    run: Option<&Run>,
    contestant: Contestant,
) -> Result<Vec<u8>, Failure> {
    let file = trained(run)?.to_file(device, contestant).await;
    file.map_err(|error| match error {
        WeightsError::Device(error) => error.into(),
        error => unusable("These weights cannot be written.", error.to_string()),
    })
}
