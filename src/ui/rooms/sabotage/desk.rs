//! What is corrupted and how strongly, and accuracy against that strength.

use super::drop::Drop;
use super::results::DeskResults;
use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::{Corruption, CorruptionResult};
use crate::order;
use crate::session::protocol::Lane;
use crate::ui::components::chart::{Axis, LineChart, Mark, Series};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Segments, Slider};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, title, tone};
use crate::ui::state::Shared;
use leptos::prelude::*;

const MODALITIES: [(Modality, &str); 3] =
    [(Modality::Picture, "The image"), (Modality::Words, "The text"), (Modality::Sound, "The sound")];
const CORRUPTIONS: [(Corruption, &str); 6] = [
    (Corruption::Remove, "Remove"),
    (Corruption::Blur, "Blur"),
    (Corruption::Mask, "Mask"),
    (Corruption::Mute, "Mute"),
    (Corruption::Shuffle, "Shuffle"),
    (Corruption::Delay, "Delay"),
];

#[component]
pub fn Dial(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let modality = results.modality;
    let offered = move || {
        let all = room.modalities.get();
        MODALITIES.into_iter().filter(|(modality, _)| all.contains(modality)).collect::<Vec<_>>()
    };
    let corruption = Memo::new(move |_| room.view.with(|view| view.corruption));
    let percent = Memo::new(move |_| room.view.with(|view| f32::from(view.percent)));
    let about = move || match (corruption.get(), modality.get()) {
        (Corruption::Remove, _) => "Missing in this share of samples; the models see the mask.",
        (Corruption::Blur, Modality::Picture) => {
            "Every pixel becomes the mean of a square around it, at most as large as the image."
        }
        (Corruption::Blur, Modality::Words) => "This share of the words is replaced by other words.",
        (Corruption::Blur, Modality::Sound) => {
            "Every moment becomes the mean of the moments around it, at most of the whole sound."
        }
        (Corruption::Mask, Modality::Picture) => "This share of 4 × 4 patches is grey.",
        (Corruption::Mask, Modality::Words) => "This share of the words is blank.",
        (Corruption::Mask, Modality::Sound) => "This share of the time, in stretches of 1/16 s, is silent.",
        (Corruption::Mute, Modality::Picture) => "The contrast is reduced by this share.",
        (Corruption::Mute, Modality::Words) => "This share of the sentence is cut off at its end.",
        (Corruption::Mute, Modality::Sound) => "The sound is quieter by this share of 60 dB.",
        (Corruption::Shuffle, _) => "This share of the samples gets it from another sample.",
        (Corruption::Delay, _) => {
            "It comes up to 8 samples late, in a stream that shows each scene for 4 samples."
        }
    };
    let failure = Memo::new(move |_| room.app.requests.corrupted.with(|request| request.failure.clone()));
    view! {
        <div class="settings" data-part="corruption">
            {move || view! {
                <Segments label="Which modality is corrupted" options=offered() chosen=modality
                    choose=move |modality| room.go(|view| view.modality = modality) />
            }}
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
        <div class="charts single" data-part="strengths">
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
    use crate::ui::rooms::sabotage::results::tests::result;

    #[test]
    fn a_curve_ascends_in_strength_whatever_came_first() {
        let all = [
            result(Contestant::Concat, 100, 5),
            result(Contestant::Dropout, 50, 9),
            result(Contestant::Concat, 0, 10),
        ];
        assert_eq!(*curve(Contestant::Concat, &all).points, [(0.0, 1.0), (100.0, 0.5)]);
    }
}
