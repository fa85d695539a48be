//! One sample as it is given after the sabotage, and what everybody makes of it.

use super::results::DeskResults;
use crate::lab::fuse::batch::NetworkInput;
use crate::lab::fuse::task::sentence;
use crate::lab::fuse::{Contestant, HeldOutSample};
use crate::lab::sabotage::{Sabotage, corrupt_sample};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{Answers, ContestantAnswer, RaceRoom, SampleChoice};
use leptos::prelude::*;

/// A grey that stands for a picture that is not there.
const NOTHING: u8 = 128;

#[component]
pub fn CorruptedSample(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let sample = Memo::new(move |_| {
        let (at, sabotage) = room.view.with(|view| {
            let (modality, corruption, percent) = (view.modality, view.corruption, view.percent);
            (view.sample, Sabotage { modality, corruption, percent })
        });
        let seed = room.settings.with(|settings| settings.seed);
        room.samples.with(|samples| given(samples, at, sabotage, seed))
    });
    let answers = Memo::new(move |_| {
        let (at, percent) = room.view.with(|view| (view.sample, view.percent));
        let answer = |contestant: Contestant| {
            let result = results.result(contestant, percent)?;
            Some(ContestantAnswer { contestant, probability: *result.probabilities.get(at)?, gate: None })
        };
        let entrants = room.settings.with(|settings| settings.entrants());
        entrants.into_iter().filter_map(answer).collect::<Vec<_>>()
    });
    view! {
        <h3>"One sample, as the models see it"</h3>
        <div class="beside sample">
            <div><SampleChoice room sample /></div>
            <Answers sample answers />
        </div>
    }
}

/// The sample as the contestants get it.
fn given(
    samples: &[HeldOutSample],
    at: usize,
    sabotage: Sabotage,
    seed: u64,
) -> Option<(usize, HeldOutSample)> {
    let shown = samples.get(at)?;
    let all: Vec<NetworkInput> = samples.iter().map(NetworkInput::of_held_out).collect();
    let given = corrupt_sample(&all, at, sabotage, seed);
    let [picture, words] = given.present;
    let shown = HeldOutSample {
        picture: if picture { given.picture } else { vec![NOTHING; given.picture.len()] },
        sentence: if words { sentence(&given.words) } else { String::new() },
        ..shown.clone()
    };
    Some((at, shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Modality;
    use crate::lab::fuse::task::{Information, VALUES};
    use crate::lab::picture::SIDE;
    use crate::lab::sabotage::Corruption;

    #[test]
    fn a_sample_is_shown_as_it_is_given() {
        let sample = HeldOutSample {
            picture: vec![200; SIDE * SIDE * 3],
            sentence: format!("it is {}", VALUES[1]),
            answer: 1,
            information: Information::Redundant,
        };
        let samples = vec![sample.clone(); 2];
        let with = |modality, corruption, percent| {
            let sabotage = Sabotage { modality, corruption, percent };
            given(&samples, 1, sabotage, 1).expect("there is such a sample").1
        };
        assert_eq!(with(Modality::Words, Corruption::Mask, 0), sample);
        assert_eq!(with(Modality::Words, Corruption::Remove, 100).sentence, "");
        assert!(with(Modality::Picture, Corruption::Remove, 100).picture.iter().all(|byte| *byte == NOTHING));
        assert_eq!(
            given(
                &samples,
                2,
                Sabotage { modality: Modality::Words, corruption: Corruption::Mute, percent: 5 },
                1
            ),
            None
        );
    }
}
