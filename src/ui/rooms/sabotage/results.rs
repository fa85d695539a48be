//! The answers to corrupted samples that the engine is asked for.

use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::{Corruption, CorruptionResult};
use crate::session::protocol::{Command, Lane};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::RaceRoom;
use crate::ui::state::{Phase, Shared};
use crate::ui::throttle::throttle;
use leptos::prelude::*;
use std::time::Duration;

/// Strengths of the curves, in percent.
const STRENGTHS: [u8; 5] = [0, 25, 50, 75, 100];
/// Between two strengths that the engine is asked about while the dial is turned.
const TURNING_PAUSE: Duration = Duration::from_millis(200);

/// What the contestants answer to corrupted samples.
#[derive(Clone, Copy)]
pub struct DeskResults {
    room: RaceRoom,
    /// Which of the race's modalities is corrupted.
    pub modality: Memo<Modality>,
    /// Of this race at its step, under this corruption of this modality.
    pub results: Memo<Vec<Shared<CorruptionResult>>>,
}

impl DeskResults {
    pub fn new(room: RaceRoom) -> Self {
        let modality = Memo::new(move |_| {
            let wanted = room.view.with(|view| view.modality);
            room.modalities.with(|all| if all.contains(&wanted) { wanted } else { all[0] })
        });
        let what = Memo::new(move |_| (modality.get(), room.view.with(|view| view.corruption)));
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
        DeskResults { room, modality, results }
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::lab::fuse::Confusion;
    use crate::lab::sabotage::Sabotage;

    pub(in crate::ui::rooms::sabotage) fn result(
        contestant: Contestant,
        percent: u8,
        right: u32,
    ) -> Shared<CorruptionResult> {
        Shared::new(CorruptionResult {
            step: 1,
            contestant,
            sabotage: Sabotage { modality: Modality::Words, corruption: Corruption::Mask, percent },
            confusion: Confusion { counts: [[right, 10 - right], [10 - right, right]] },
            probabilities: Vec::new(),
        })
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
