//! One sample as it is given after the sabotage, and what everybody makes of it.

use super::results::DeskResults;
use crate::lab::fuse::batch::NetworkInput;
use crate::lab::fuse::task::{Sample, TOKENS};
use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::{Sabotage, corrupt_sample};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{Answers, ContestantAnswer, RaceRoom, SampleChoice};
use leptos::prelude::*;

/// A grey that stands for a picture that is not there.
const NOTHING: u8 = 128;

#[component]
pub fn CorruptedSample(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let sample = Memo::new(move |_| {
        let modality = results.modality.get();
        let (at, corruption, percent) = room.view.with(|view| (view.sample, view.corruption, view.percent));
        let sabotage = Sabotage { modality, corruption, percent };
        let seed = room.settings.with(|settings| settings.seed);
        room.samples.with(|samples| given(samples, at, sabotage, seed))
    });
    let answers = Memo::new(move |_| {
        let (at, percent) = room.view.with(|view| (view.sample, view.percent));
        let answer = |contestant: Contestant| {
            let result = results.result(contestant, percent)?;
            Some(ContestantAnswer {
                contestant,
                probability: *result.probabilities.get(at)?,
                gates: Vec::new(),
            })
        };
        let entrants = room.settings.with(|settings| settings.entrants());
        entrants.into_iter().filter_map(answer).collect::<Vec<_>>()
    });
    view! {
        <h3>"One sample, as the models see it"</h3>
        <div class="beside sample" data-part="sample">
            <div><SampleChoice room sample /></div>
            <Answers room sample answers />
        </div>
    }
}

/// The sample as the contestants get it.
fn given(samples: &[Sample], at: usize, sabotage: Sabotage, seed: u64) -> Option<(usize, Sample)> {
    let shown = samples.get(at)?;
    let all: Vec<NetworkInput> = samples.iter().map(NetworkInput::from).collect();
    let given = corrupt_sample(&all, at, sabotage, seed);
    let is_there = |modality: Modality| given.present[modality as usize];
    let shown = Sample {
        words: if is_there(Modality::Words) { given.words } else { [0; TOKENS] },
        sound: if is_there(Modality::Sound) { given.sound } else { Vec::new() },
        picture: if is_there(Modality::Picture) { given.picture } else { vec![NOTHING; given.picture.len()] },
        ..shown.clone()
    };
    Some((at, shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::task::{Information, Source, Task};
    use crate::lab::sabotage::Corruption;

    #[test]
    fn a_sample_is_shown_as_it_is_given() {
        let task = Task::pure(Information::Redundant);
        let samples = Source { task: &task, modalities: &Modality::ALL, seed: 1 }.held_out(2);
        let with = |modality, corruption, percent| {
            let sabotage = Sabotage { modality, corruption, percent };
            given(&samples, 1, sabotage, 1).expect("there is such a sample").1
        };
        assert_eq!(with(Modality::Words, Corruption::Mask, 0), samples[1]);
        assert_eq!(with(Modality::Words, Corruption::Remove, 100).words, [0; TOKENS]);
        assert!(with(Modality::Picture, Corruption::Remove, 100).picture.iter().all(|byte| *byte == NOTHING));
        assert!(with(Modality::Sound, Corruption::Remove, 100).sound.is_empty());
        assert!(with(Modality::Sound, Corruption::Mute, 100).sound.iter().all(|level| *level == 0));
        let sabotage = Sabotage { modality: Modality::Words, corruption: Corruption::Mute, percent: 5 };
        assert_eq!(given(&samples, 2, sabotage, 1), None);
    }
}
