//! What the rooms Fuse and Sabotage share: a race, its settings, its curves, a look into one contestant.

mod contestants;
mod curves;
mod inside;
mod sample;
mod settings;
mod standings;

pub use contestants::{about, formula, section, title, tone};
pub use curves::{Curves, smoothed};
pub use inside::Inside;
pub use sample::{Answer, Answers, SampleChoice, shown_sample};
pub use settings::RaceSettings;
pub use standings::{Standings, milliseconds};

use crate::lab::fuse::{Contestant, Evaluation, RaceSettings, Shown};
use crate::session::protocol::Experiment;
use crate::ui::lab::Lab;
use crate::ui::live::{Live, StepOf};
use crate::ui::memo::Memo;
use crate::ui::state::{Race, Shared, Training};
use crate::ui::view::{LONGEST, RaceView, View};
use leptos::prelude::*;

/// Steps of one press on Train.
const STRETCH: u64 = 400;

/// Where a room keeps its race in the view.
#[derive(Clone, Copy)]
pub struct Place {
    pub get: fn(&View) -> &RaceView,
    pub get_mut: fn(&mut View) -> &mut RaceView,
    pub step: StepOf,
}

/// The race of a room; copied freely.
#[derive(Clone, Copy)]
pub struct RaceRoom {
    pub lab: Lab,
    place: Place,
    pub view: Memo<RaceView>,
    pub settings: Memo<RaceSettings>,
    pub live: Live,
    /// What was heard of it.
    pub race: Memo<Race>,
    /// Its held-out samples.
    pub samples: Memo<Shared<Vec<Shown>>>,
    /// The newest judgement of each contestant.
    pub standings: Memo<Vec<Shared<Evaluation>>>,
    /// The contestant that is looked into.
    pub inside: Memo<Contestant>,
    /// How that one stands; none before it was judged.
    pub standing: Memo<Option<Shared<Evaluation>>>,
}

impl RaceRoom {
    pub fn new(lab: Lab, place: Place) -> Self {
        let view = Memo::new(move |_| lab.view.with(|view| (place.get)(view).clone()));
        let settings = Memo::new(move |_| view.with(|view| view.settings.clone()));
        let experiment = Memo::new(move |_| Experiment::Race(settings.get()));
        let target = |_: &Experiment, stands: u64| ((stands / STRETCH + 1) * STRETCH).min(LONGEST);
        let live = Live::new(lab, experiment, target, place.step);
        let race = live.read(|training| match training {
            Training::Race(race) => race.clone(),
            _ => Race::default(),
        });
        let samples = Memo::new(move |_| race.with(|race| race.samples.clone()));
        let standings = Memo::new(move |_| race.with(|race| race.standings.clone()));
        let inside = Memo::new(move |_| {
            let entrants = settings.with(RaceSettings::entrants);
            let wanted = view.with(|view| view.inside).filter(|wanted| entrants.contains(wanted));
            wanted.unwrap_or_else(|| first_of(&entrants))
        });
        let standing = Memo::new(move |_| {
            let inside = inside.get();
            standings.with(|all| all.iter().find(|known| known.contestant == inside).cloned())
        });
        RaceRoom { lab, place, view, settings, live, race, samples, standings, inside, standing }
    }

    /// Changes what is looked at.
    pub fn look(self, change: impl FnOnce(&mut RaceView)) {
        self.lab.go(|view| change((self.place.get_mut)(view)));
    }

    /// The same in the midst of a gesture.
    pub fn preview(self, change: impl FnOnce(&mut RaceView)) {
        self.lab.preview(|view| change((self.place.get_mut)(view)));
    }

    /// What a file of a contestant's weights is called.
    pub fn file_name(self, contestant: Contestant) -> String {
        format!("{}-seed-{}", contestant.name(), self.settings.with_untracked(|settings| settings.seed))
    }

    /// Another race, from its first step; settings that cannot be run are not taken.
    pub fn set(self, change: impl FnOnce(&mut RaceSettings)) {
        self.look(|view| {
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
    entrants.get(Contestant::BASELINES.len()).copied().unwrap_or(Contestant::Picture)
}
