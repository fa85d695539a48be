//! What is corrupted and how strongly, and accuracy against that strength.

use super::drop::Drop;
use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::{Corruption, CorruptionResult};
use crate::order;
use crate::session::protocol::{Command, Lane};
use crate::ui::components::chart::{Axis, LineChart, Mark, Series};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Segments, Slider};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, title, tone};
use crate::ui::state::{Phase, Shared};
use crate::ui::throttle::throttle;
use leptos::prelude::*;
use std::time::Duration;

/// Strengths of the curves, in percent.
const STRENGTHS: [u8; 5] = [0, 25, 50, 75, 100];
/// Between two strengths that the engine is asked about while the dial is turned.
const TURNING_PAUSE: Duration = Duration::from_millis(200);

const MODALITIES: [(Modality, &str); 2] = [(Modality::Picture, "The image"), (Modality::Words, "The text")];
const CORRUPTIONS: [(Corruption, &str); 6] = [
    (Corruption::Remove, "Remove"),
    (Corruption::Blur, "Blur"),
    (Corruption::Mask, "Mask"),
    (Corruption::Mute, "Mute"),
    (Corruption::Shuffle, "Shuffle"),
    (Corruption::Delay, "Delay"),
];

/// What the contestants answer to corrupted samples.
#[derive(Clone, Copy)]
pub struct DeskResults {
    room: RaceRoom,
    /// Of this race at its step, under this corruption of this modality.
    pub results: Memo<Vec<Shared<CorruptionResult>>>,
}

impl DeskResults {
    pub fn new(room: RaceRoom) -> Self {
        let what = Memo::new(move |_| room.view.with(|view| (view.modality, view.corruption)));
        let results = Memo::new(move |_| {
            let (step, (modality, corruption)) = (room.training.step.get(), what.get());
            let is_wanted = |result: &CorruptionResult| {
                Some(result.step) == step
                    && (result.sabotage.modality, result.sabotage.corruption) == (modality, corruption)
            };
            room.app.requests.corrupted.with(|request| {
                let is_mine = room.training.experiment.with(|mine| request.value.of.as_ref() == Some(mine));
                let all = request.value.all.iter().filter(|result| is_mine && is_wanted(result));
                all.cloned().collect::<Vec<_>>()
            })
        });
        ask(room, what, results);
        DeskResults { room, results }
    }

    /// The accuracy of a contestant at the strength that is chosen.
    pub fn at_dial(self, contestant: Contestant) -> Option<f32> {
        let percent = self.room.view.with(|view| view.percent);
        self.result(contestant, percent).map(|result| result.confusion.accuracy())
    }

    pub fn result(self, contestant: Contestant, percent: u8) -> Option<Shared<CorruptionResult>> {
        let is_it = |result: &&Shared<CorruptionResult>| {
            result.contestant == contestant && result.sabotage.percent == percent
        };
        self.results.with(|results| results.iter().find(is_it).cloned())
    }
}

/// Asks for the strengths that nothing is known of yet, while the race rests.
fn ask(room: RaceRoom, what: Memo<(Modality, Corruption)>, results: Memo<Vec<Shared<CorruptionResult>>>) {
    let dial = throttle(move || room.view.with(|view| view.percent), TURNING_PAUSE);
    let count = Memo::new(move |_| room.settings.with(|settings| settings.entrants().len()));
    let phase = Memo::new(move |_| room.app.requests.corrupted.with(|request| request.phase));
    let last = StoredValue::new(None);
    Effect::new(move || {
        // Before the step, which is computed of it: else a race of other settings at an equal step would not be heard of.
        let experiment = room.training.experiment.get();
        let (step, (modality, corruption), dial) = (room.training.step.get(), what.get(), dial.get());
        let Some(step) = step.filter(|_| !room.training.is_busy.get()) else { return };
        // While strengths come in one by one the same question would only begin them anew; where it has failed, it is the
        // visitor who asks again.
        let question = (experiment, step, modality, corruption, dial);
        let is_open = matches!(phase.get(), Phase::Waiting | Phase::Running | Phase::Failed);
        if is_open && last.with_value(|last| last.as_ref() == Some(&question)) {
            return;
        }
        let percents = results.with_untracked(|results| unknown(dial, results, count.get_untracked()));
        if !percents.is_empty() {
            let experiment = question.0.clone();
            last.set_value(Some(question));
            room.app.ask(Command::Sabotage { experiment, step, modality, corruption, percents });
        }
    });
    on_cleanup(move || room.app.stop(Lane::Sabotage));
}

/// The strength of the dial and those of the curves, each once, that not all of `count` contestants have answered to.
fn unknown(dial: u8, results: &[Shared<CorruptionResult>], count: usize) -> Vec<u8> {
    let is_known =
        |percent: u8| results.iter().filter(|known| known.sabotage.percent == percent).count() == count;
    let all = std::iter::once(dial).chain(STRENGTHS.into_iter().filter(|percent| *percent != dial));
    all.filter(|percent| !is_known(*percent)).collect()
}

#[component]
pub fn Dial(room: RaceRoom) -> impl IntoView {
    let modality = Memo::new(move |_| room.view.with(|view| view.modality));
    let corruption = Memo::new(move |_| room.view.with(|view| view.corruption));
    let percent = Memo::new(move |_| room.view.with(|view| f32::from(view.percent)));
    let about = move || match (corruption.get(), modality.get()) {
        (Corruption::Remove, _) => "Missing in this share of samples; the models see the mask.",
        (Corruption::Blur, Modality::Picture) => {
            "Every pixel becomes the mean of a square around it, at most as large as the image."
        }
        (Corruption::Blur, Modality::Words) => "This share of the words is replaced by other words.",
        (Corruption::Mask, Modality::Picture) => "This share of 4 × 4 patches is grey.",
        (Corruption::Mask, Modality::Words) => "This share of the words is blank.",
        (Corruption::Mute, Modality::Picture) => "The contrast is reduced by this share.",
        (Corruption::Mute, Modality::Words) => "This share of the sentence is cut off at its end.",
        (Corruption::Shuffle, _) => "This share of the samples gets it from another sample.",
        (Corruption::Delay, _) => {
            "It comes up to 8 samples late, in a stream that shows each scene for 4 samples."
        }
    };
    let failure = Memo::new(move |_| room.app.requests.corrupted.with(|request| request.failure.clone()));
    view! {
        <div class="settings">
            <Segments label="Which modality is corrupted" options=MODALITIES.to_vec() chosen=modality
                choose=move |modality| room.go(|view| view.modality = modality) />
            <Segments label="How it is corrupted" options=CORRUPTIONS.to_vec() chosen=corruption
                choose=move |corruption| room.go(|view| view.corruption = corruption) />
            <Slider label="Strength" min=0.0 max=100.0 step=5.0 value=percent show=|percent| format!("{percent:.0} %")
                change=move |percent| room.preview(|view| view.percent = percent as u8) done=move || room.app.settle() />
            <p class="small quiet">{about}</p>
            <FailureNote lane=Lane::Sabotage failure />
        </div>
    }
}

#[component]
pub fn Desk(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let entrants = Memo::new(move |_| room.settings.with(|settings| settings.entrants()));
    let curves = Memo::new(move |_| {
        results.results.with(|results| {
            entrants.with(|entrants| {
                entrants.iter().map(|&contestant| curve(contestant, results)).collect::<Vec<_>>()
            })
        })
    });
    let dial = move || room.view.with(|view| f32::from(view.percent));
    let marks = Memo::new(move |_| vec![Mark::level(0.5, "chance"), Mark::moment(dial(), "strength")]);
    let hint = move || match (room.training.step.get(), room.training.is_busy.get()) {
        (_, true) => "Corruptions are evaluated when training rests: pause it, or wait for its end.",
        (Some(0) | None, false) => "These models are not trained yet: press Train first.",
        _ => "",
    };
    let rest = Memo::new(move |_| Some(dial()));
    let chosen = Memo::new(move |_| Some(title(room.inside.get()).to_string()));
    view! {
        <p class="small quiet" aria-live="polite">{hint}</p>
        <Drop room results />
        <div class="charts single">
            <LineChart label="Accuracy against the strength of the corruption" x=Memo::from(Axis::new("Strength", "%").within(0.0, 100.0))
                y=Memo::from(Axis::new("Accuracy", "").within(0.0, 1.0)) series=curves marks rest chosen direct=true />
        </div>
    }
}

/// Accuracy over strength, as far as it is known.
fn curve(contestant: Contestant, results: &[Shared<CorruptionResult>]) -> Series {
    let own = results.iter().filter(|result| result.contestant == contestant);
    let mut points: Vec<(f32, f32)> =
        own.map(|result| (f32::from(result.sabotage.percent), result.confusion.accuracy())).collect();
    order::sort_by(&mut points, |a, b| a.0.total_cmp(&b.0));
    let (tone, dash) = tone(contestant);
    Series::new(title(contestant), tone, points).dashed(dash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Confusion;
    use crate::lab::sabotage::Sabotage;

    fn result(contestant: Contestant, percent: u8, right: u32) -> Shared<CorruptionResult> {
        Shared::new(CorruptionResult {
            step: 1,
            contestant,
            sabotage: Sabotage { modality: Modality::Words, corruption: Corruption::Mask, percent },
            confusion: Confusion { counts: [[right, 10 - right], [10 - right, right]] },
            probabilities: Vec::new(),
        })
    }

    #[test]
    fn a_curve_ascends_in_strength_whatever_came_first() {
        let all = [
            result(Contestant::Concat, 100, 5),
            result(Contestant::Dropout, 50, 9),
            result(Contestant::Concat, 0, 10),
        ];
        assert_eq!(*curve(Contestant::Concat, &all).points, [(0.0, 1.0), (100.0, 0.5)]);
    }

    #[test]
    fn only_what_not_everybody_has_answered_is_asked_for() {
        assert_eq!(unknown(25, &[], 2), [25, 0, 50, 75, 100]);
        let some = [
            result(Contestant::Concat, 0, 9),
            result(Contestant::Dropout, 0, 9),
            result(Contestant::Concat, 50, 9),
        ];
        assert_eq!(unknown(60, &some, 2), [60, 25, 50, 75, 100]);
    }
}
