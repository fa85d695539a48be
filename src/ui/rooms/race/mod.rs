//! What the rooms Fuse and Sabotage share: a race, its settings, its curves, a look into one contestant.

mod attention;
mod contestants;
mod controls;
mod curves;
mod figures;
mod inside;
mod kinds;
mod map;
mod modalities;
mod sample;
mod sound;
mod standings;
mod subsets;

pub use contestants::{about, formula, section, title, tone};
pub use controls::RaceControls;
pub use curves::{Curves, smoothed};
pub use figures::publish_race;
pub use inside::Inside;
pub use modalities::{look, word};
pub use sample::{Answers, ContestantAnswer, SampleChoice, shown_sample};
pub use standings::{Standings, milliseconds};
pub use subsets::Subsets;

use crate::lab::fuse::task::Sample;
use crate::lab::fuse::{Contestant, Evaluation, Modality, RaceSettings};
use crate::session::protocol::Experiment;
use crate::ui::components::clip::Speaker;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::{LabRunState, RaceState, Shared};
use crate::ui::training_run::{StepOf, TrainingRun};
use crate::ui::view::{LONGEST, RaceView, View};
use leptos::prelude::*;

/// Steps of one press on Train.
const STRETCH: u64 = 400;

/// Where a room keeps its race in the view.
#[derive(Clone, Copy)]
pub struct RaceSlot {
    pub get: fn(&View) -> &RaceView,
    pub get_mut: fn(&mut View) -> &mut RaceView,
    pub step: StepOf,
}

/// The race of a room; copied freely.
#[derive(Clone, Copy)]
pub struct RaceRoom {
    pub app: AppContext,
    slot: RaceSlot,
    pub view: Memo<RaceView>,
    pub settings: Memo<RaceSettings>,
    pub modalities: Memo<Vec<Modality>>,
    pub training: TrainingRun,
    /// What was heard of it.
    pub race: Memo<RaceState>,
    /// Its held-out samples.
    pub samples: Memo<Shared<Vec<Sample>>>,
    /// The newest evaluation of each contestant.
    pub evaluations: Memo<Vec<Shared<Evaluation>>>,
    /// The contestant that is looked into.
    pub inside: Memo<Contestant>,
    /// Its newest evaluation; none before the first.
    pub evaluation: Memo<Option<Shared<Evaluation>>>,
}

impl RaceRoom {
    pub fn new(app: AppContext, slot: RaceSlot) -> Self {
        provide_context(Speaker::new());
        let view = Memo::new(move |_| app.view.with(|view| (slot.get)(view).clone()));
        let settings = Memo::new(move |_| view.with(|view| view.settings.clone()));
        let modalities = Memo::new(move |_| settings.with(|settings| settings.modalities.clone()));
        let experiment = Memo::new(move |_| Experiment::Race(settings.get()));
        let target = |_: &Experiment, step: u64| ((step / STRETCH + 1) * STRETCH).min(LONGEST);
        let training = TrainingRun::new(app, experiment, target, slot.step);
        let race = training.read(|state| match state {
            LabRunState::Race(race) => race.clone(),
            _ => RaceState::default(),
        });
        let samples = Memo::new(move |_| race.with(|race| race.samples.clone()));
        let evaluations = Memo::new(move |_| race.with(|race| race.evaluations.clone()));
        let inside = Memo::new(move |_| {
            let entrants = settings.with(RaceSettings::entrants);
            let wanted = view.with(|view| view.inside).filter(|wanted| entrants.contains(wanted));
            wanted.unwrap_or_else(|| first_of(&entrants))
        });
        let evaluation = Memo::new(move |_| {
            let inside = inside.get();
            evaluations.with(|all| all.iter().find(|known| known.contestant == inside).cloned())
        });
        RaceRoom {
            app,
            slot,
            view,
            settings,
            modalities,
            training,
            race,
            samples,
            evaluations,
            inside,
            evaluation,
        }
    }

    /// Changes what is looked at.
    pub fn go(self, change: impl FnOnce(&mut RaceView)) {
        self.app.go(|view| change((self.slot.get_mut)(view)));
    }

    /// The same in the midst of a gesture.
    pub fn preview(self, change: impl FnOnce(&mut RaceView)) {
        self.app.preview(|view| change((self.slot.get_mut)(view)));
    }

    /// The settings that the room opens with.
    pub fn usual(self) -> RaceSettings {
        (self.slot.get)(&View::default()).settings.clone()
    }

    /// What a file of a contestant's weights is called.
    pub fn file_name(self, contestant: Contestant) -> String {
        format!("{}-seed-{}", contestant.name(), self.settings.with(|settings| settings.seed))
    }

    /// Another race, from its first step; settings that cannot be run are not taken.
    pub fn set(self, change: impl FnOnce(&mut RaceSettings)) {
        self.go(|view| {
            let mut settings = view.settings.clone();
            change(&mut settings);
            if settings.check().is_ok() && settings != view.settings {
                (view.settings, view.step) = (settings, 0);
            }
        });
    }
}

/// The first that is not a baseline.
fn first_of(entrants: &[Contestant]) -> Contestant {
    let fusion = entrants.iter().find(|entrant| !Contestant::BASELINES.contains(entrant));
    fusion.copied().unwrap_or(Contestant::Majority)
}
