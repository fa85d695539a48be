//! How long a step takes on this device, as measured in this visit.

use crate::session::protocol::Experiment;
use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::cell::Cell;
use web_time::Instant;

/// Steps from which on a time is told: the first ones prepare more than they train.
const ENOUGH: u64 = 5;

thread_local! {
    /// Seconds of a unit of [`work`], by its kind.
    static MEASURED: Cell<[Option<f32>; 3]> = const { Cell::new([None; 3]) };
}

/// The kind of an experiment, and about how much a step of it costs beside others of the kind.
fn work(experiment: &Experiment) -> (usize, f32) {
    match experiment {
        Experiment::Race(race) => (0, (race.batch * (race.entrants().len() - 1)) as f32),
        Experiment::Contrast(run) => (1, run.batch as f32),
        Experiment::Objectives(race) => (2, race.batch as f32),
    }
}

/// Seconds of a step, evaluations in between included; none before any run of the kind has taken some.
pub fn seconds_of_a_step(
    experiment: Memo<Experiment>,
    step: Memo<Option<u64>>,
    is_training: Memo<bool>,
) -> Memo<Option<f32>> {
    let known = RwSignal::new(MEASURED.get());
    Effect::new(move |begun: Option<Option<(u64, Instant)>>| {
        let (kind, units) = experiment.with(work);
        let step = step.get();
        let step = step.filter(|_| is_training.get())?;
        let (from, since) = begun.flatten().unwrap_or_else(|| (step, Instant::now()));
        if step >= from + ENOUGH {
            let mut all = MEASURED.get();
            all[kind] = Some(since.elapsed().as_secs_f32() / (step - from) as f32 / units);
            MEASURED.set(all);
            known.set(all);
        }
        Some((from, since))
    });
    Memo::new(move |_| {
        let (kind, units) = experiment.with(work);
        known.get()[kind].map(|seconds| seconds * units)
    })
}
