//! A live run of the room that is open: what the address asks for, what the engine has done of it, and the buttons.

use super::context::AppContext;
use super::pace::seconds_of_a_step;
use super::state::{LabRunState, Runs, Shared};
use super::throttle::throttle;
use super::view::View;
use crate::session::protocol::{Command, Experiment, Failure, Lane};
use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::time::Duration;

/// Between two drawings of curves: an eye wants no more, and the page has to stay quick.
const DRAWING_PAUSE: Duration = Duration::from_millis(150);

/// Between two steps that the address tells of a run under way, for a reload to go on from there.
const NOTING_PAUSE: Duration = Duration::from_secs(2);

/// Where the view keeps the step of a run.
#[derive(Debug, Clone, Copy)]
pub struct StepOf {
    pub get: fn(&View) -> u64,
    pub set: fn(&mut View, u64),
}

/// A run and its buttons; copied freely.
#[derive(Clone, Copy)]
pub struct TrainingRun {
    app: AppContext,
    pub experiment: Memo<Experiment>,
    /// The step to which a press on Train leads from a step.
    target: fn(&Experiment, u64) -> u64,
    /// The step that the run has reached; none before it has begun.
    pub step: Memo<Option<u64>>,
    /// Work of any kind is under way.
    pub is_busy: Memo<bool>,
    /// Steps are under way; evaluating does not count.
    pub is_training: Memo<bool>,
    /// The step to which the newest request leads.
    pub until: Memo<u64>,
    /// Steps are under way that a link or a reload asks for.
    pub is_repeating: Memo<bool>,
    /// Seconds of a step, once that is known.
    pub pace: Memo<Option<f32>>,
    /// Where the run of the settings before stands, which is kept.
    pub kept: RwSignal<Option<u64>>,
    pub failure: Memo<Option<Failure>>,
    /// All runs at a pace that charts can follow.
    runs: Memo<Shared<Runs>>,
}

impl TrainingRun {
    /// Brings the run to the step that the address names, and the address to the step at which the run rests. A run
    /// stops when its room is left, and stays where it is.
    pub fn new(
        app: AppContext,
        experiment: Memo<Experiment>,
        target: fn(&Experiment, u64) -> u64,
        step_of: StepOf,
    ) -> Self {
        let step = Memo::new(move |_| {
            app.requests
                .training
                .with(|request| experiment.with(|mine| request.value.of(mine).map(LabRunState::step)))
        });
        let is_mine = move || {
            let mine = experiment.get();
            app.requests.training.with(|request| {
                let command = request.command.as_deref();
                matches!(command, Some(Command::Train { experiment, .. }) if *experiment == mine)
            })
        };
        let is_busy =
            Memo::new(move |_| is_mine() && app.requests.training.with(|request| request.is_busy()));
        let until = Memo::new(move |_| {
            app.requests.training.with(|request| match request.command.as_deref() {
                Some(Command::Train { until, .. }) => *until,
                _ => 0,
            })
        });
        let is_training = Memo::new(move |_| is_busy.get() && until.get() > step.get().unwrap_or(0));
        let wanted = app.pick(step_of.get);
        let is_repeating = Memo::new(move |_| is_training.get() && until.get() == wanted.get());
        let failure = Memo::new(move |_| {
            is_mine().then(|| app.requests.training.with(|request| request.failure.clone())).flatten()
        });
        let runs =
            throttle(move || app.requests.training.with(|request| request.value.clone()), DRAWING_PAUSE);
        let pace = seconds_of_a_step(experiment, step, is_training);
        let kept = RwSignal::new(None);
        let training = TrainingRun {
            app,
            experiment,
            target,
            step,
            is_busy,
            is_training,
            until,
            is_repeating,
            pace,
            kept,
            failure,
            runs,
        };
        training.follow(step_of, wanted);
        training.remember();
        on_cleanup(move || app.stop(Lane::Train));
        training
    }

    fn follow(self, step_of: StepOf, wanted: Memo<u64>) {
        let has_begun = Memo::new(move |_| self.step.get().is_some());
        // A run that is known to stand further is taken as it is: only Reset begins anew.
        let is_behind = move |wanted: u64| self.step.get_untracked().is_some_and(|step| step < wanted);
        Effect::new(move || {
            // A memo has to be read to be followed: when the engine is another one, the run has not begun there.
            let (experiment, wanted, has_begun) = (self.experiment.get(), wanted.get(), has_begun.get());
            if !self.is_busy.get_untracked() && (!has_begun || is_behind(wanted)) {
                self.app.ask(Command::Train { experiment, until: wanted });
            }
        });
        Effect::new(move |earlier: Option<u64>| {
            let (step, wanted) = (self.step.get(), wanted.get());
            // An address that asks for more has only just been set.
            let is_asking = earlier != Some(wanted) && is_behind(wanted);
            if !self.is_busy.get()
                && !is_asking
                && self.failure.with_untracked(Option::is_none)
                && let Some(step) = step
                && step != wanted
            {
                self.app.note(|view| (step_of.set)(view, step));
            }
            wanted
        });
        let reached = throttle(move || self.step.get(), NOTING_PAUSE);
        Effect::new(move || {
            // Other settings may just have taken the place of those that this step is of.
            let step = reached.get().filter(|step| self.step.get_untracked() >= Some(*step));
            if self.is_training.get_untracked()
                && let Some(step) = step
                && step > wanted.get_untracked()
            {
                self.app.note(|view| (step_of.set)(view, step));
            }
        });
    }

    /// Keeps in mind where the run stood whose settings have been changed: the engine keeps it too.
    fn remember(self) {
        Effect::new(move |before: Option<Experiment>| {
            let now = self.experiment.get();
            if let Some(before) = before.filter(|before| *before != now) {
                let step = self
                    .app
                    .requests
                    .training
                    .with_untracked(|request| request.value.of(&before).map(LabRunState::step));
                self.kept.set(step.filter(|step| *step > 0));
            }
            now
        });
    }

    /// Seconds from the step that the run has reached to another, once that is known.
    pub fn seconds_to(self, step: u64) -> Option<f64> {
        let steps = step.saturating_sub(self.step.get().unwrap_or(0));
        self.pace.get().map(|pace| f64::from(pace) * steps as f64)
    }

    /// A part of what was heard of this run, as often as charts are drawn; the default before it has begun.
    pub fn read<T>(self, part: impl Fn(&LabRunState) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.runs.with(|runs| self.experiment.with(|mine| runs.of(mine).map(&part))).unwrap_or_default()
        })
    }

    /// The step to which a press on Train leads from here.
    pub fn goal(self) -> u64 {
        let step = self.step.get().unwrap_or(0);
        self.experiment.with(|experiment| (self.target)(experiment, step))
    }

    pub fn train(self) {
        let until = untrack(|| self.goal());
        self.app.ask(Command::Train { experiment: self.experiment.get_untracked(), until });
    }

    /// One step further.
    pub fn advance(self) {
        let until = self.step.get_untracked().unwrap_or(0) + 1;
        self.app.ask(Command::Train { experiment: self.experiment.get_untracked(), until });
    }

    pub fn pause(self) {
        self.app.stop(Lane::Train);
    }

    /// Begins anew from random weights.
    pub fn reset(self) {
        self.app.stop(Lane::Train);
        self.app.ask(Command::Train { experiment: self.experiment.get_untracked(), until: 0 });
    }
}
