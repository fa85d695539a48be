//! A live run of the room that is open: what the address asks for, what the engine has done of it, and the buttons.

use super::calm::calm;
use super::lab::Lab;
use super::state::{Runs, Shared, Training};
use super::view::View;
use crate::session::protocol::{Command, Experiment, Failure, Lane};
use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::time::Duration;

/// Between two drawings of curves: an eye wants no more, and the page has to stay quick.
const DRAWING_PAUSE: Duration = Duration::from_millis(150);

/// Where the view keeps the step of a run.
#[derive(Debug, Clone, Copy)]
pub struct StepOf {
    pub get: fn(&View) -> u64,
    pub set: fn(&mut View, u64),
}

/// A run and its buttons; copied freely.
#[derive(Clone, Copy)]
pub struct Live {
    lab: Lab,
    pub experiment: Memo<Experiment>,
    /// The step to which a press on Train leads from a step.
    target: fn(&Experiment, u64) -> u64,
    /// The step at which the run stands; none before it has begun.
    pub stands: Memo<Option<u64>>,
    /// Work of any kind is under way.
    pub is_busy: Memo<bool>,
    /// Steps are under way; judging what is there does not count.
    pub is_training: Memo<bool>,
    pub failure: Memo<Option<Failure>>,
    /// All runs at a pace that charts can follow.
    runs: Memo<Shared<Runs>>,
}

impl Live {
    /// Brings the run to the step that the address names, and the address to the step at which the run rests. A run
    /// stops when its room is left, and stays where it is.
    pub fn new(
        lab: Lab,
        experiment: Memo<Experiment>,
        target: fn(&Experiment, u64) -> u64,
        step: StepOf,
    ) -> Self {
        let stands = Memo::new(move |_| {
            lab.training.with(|asked| experiment.with(|mine| asked.value.of(mine).map(Training::step)))
        });
        let is_mine = move || {
            let mine = experiment.get();
            lab.training.with(|asked| {
                let command = asked.command.as_deref();
                matches!(command, Some(Command::Train { experiment, .. }) if *experiment == mine)
            })
        };
        let is_busy = Memo::new(move |_| is_mine() && lab.training.with(|asked| asked.is_busy()));
        let is_training = Memo::new(move |_| {
            let until = lab.training.with(|asked| match asked.command.as_deref() {
                Some(Command::Train { until, .. }) => *until,
                _ => 0,
            });
            is_busy.get() && until > stands.get().unwrap_or(0)
        });
        let failure =
            Memo::new(move |_| is_mine().then(|| lab.training.with(|asked| asked.failure.clone())).flatten());
        let runs = calm(move || lab.training.with(|asked| asked.value.clone()), DRAWING_PAUSE);
        let live = Live { lab, experiment, target, stands, is_busy, is_training, failure, runs };
        live.follow(step);
        on_cleanup(move || lab.stop(Lane::Train));
        live
    }

    fn follow(self, step: StepOf) {
        let wanted = self.lab.pick(step.get);
        let has_begun = Memo::new(move |_| self.stands.get().is_some());
        // A run that is known to stand further is taken as it is: only Reset begins anew.
        let is_behind = move |wanted: u64| self.stands.get_untracked().is_some_and(|stands| stands < wanted);
        Effect::new(move || {
            // A memo has to be read to be followed: when the engine is another one, the run has not begun there.
            let (experiment, wanted, has_begun) = (self.experiment.get(), wanted.get(), has_begun.get());
            if !self.is_busy.get_untracked() && (!has_begun || is_behind(wanted)) {
                self.lab.ask(Command::Train { experiment, until: wanted });
            }
        });
        Effect::new(move |earlier: Option<u64>| {
            let (stands, wanted) = (self.stands.get(), wanted.get());
            // An address that asks for more has only just been set.
            let is_asking = earlier != Some(wanted) && is_behind(wanted);
            if !self.is_busy.get()
                && !is_asking
                && self.failure.with_untracked(Option::is_none)
                && let Some(stands) = stands
                && stands != wanted
            {
                self.lab.note(|view| (step.set)(view, stands));
            }
            wanted
        });
    }

    /// A part of what was heard of this run, as often as charts are drawn; the default before it has begun.
    pub fn read<T>(self, part: impl Fn(&Training) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.runs.with(|runs| self.experiment.with(|mine| runs.of(mine).map(&part))).unwrap_or_default()
        })
    }

    /// The step to which a press on Train leads from here.
    pub fn goal(self) -> u64 {
        let stands = self.stands.get().unwrap_or(0);
        self.experiment.with(|experiment| (self.target)(experiment, stands))
    }

    pub fn train(self) {
        let until = untrack(|| self.goal());
        self.lab.ask(Command::Train { experiment: self.experiment.get_untracked(), until });
    }

    /// One step further.
    pub fn step(self) {
        let until = self.stands.get_untracked().unwrap_or(0) + 1;
        self.lab.ask(Command::Train { experiment: self.experiment.get_untracked(), until });
    }

    pub fn pause(self) {
        self.lab.stop(Lane::Train);
    }

    /// Begins anew from random weights.
    pub fn reset(self) {
        self.lab.stop(Lane::Train);
        self.lab.ask(Command::Train { experiment: self.experiment.get_untracked(), until: 0 });
    }
}
