//! One held-out sample, and what everybody answers to it.

use super::inside::weights;
use super::sound::SampleSound;
use super::{RaceRoom, title};
use crate::lab::fuse::task::{Sample, class_name, sentence};
use crate::lab::fuse::{Contestant, HELD_OUT, Modality};
use crate::lab::picture::SIDE;
use crate::ui::components::form::NumberField;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::components::verdict::Verdict;
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// The sample that is looked at.
pub fn shown_sample(room: RaceRoom) -> Memo<Option<(usize, Sample)>> {
    Memo::new(move |_| {
        let at = room.view.with(|view| view.sample);
        room.samples.with(|samples| samples.get(at).map(|sample| (at, sample.clone())))
    })
}

/// What is shown, said and heard in a sample, and its truth.
#[component]
pub fn SampleChoice(room: RaceRoom, #[prop(into)] sample: Memo<Option<(usize, Sample)>>) -> impl IntoView {
    let at = Memo::new(move |_| room.view.with(|view| view.sample));
    let panel = move |(at, sample): (usize, Sample)| {
        let modalities = room.modalities.get();
        let truth = class_name(sample.information, &modalities, sample.answer);
        let parts = modalities.into_iter().map(|modality| part(modality, at, &sample)).collect_view();
        view! {
            <div class="pair">
                {parts}
                <p class="small quiet">"Ground truth: " <b>{truth}</b></p>
            </div>
        }
    };
    view! {
        <NumberField label="Sample" min=0 max=HELD_OUT - 1 value=at change=move |at| room.go(|view| view.sample = at) />
        {move || sample.get().map(panel)}
    }
}

fn part(modality: Modality, at: usize, sample: &Sample) -> AnyView {
    match modality {
        Modality::Picture => {
            let rgba = Memo::from(Shared::new(raster(&sample.picture)));
            view! { <Raster rgba label=Memo::from(format!("Image of sample {at}")) /> }.into_any()
        }
        Modality::Words => {
            let words = sentence(&sample.words);
            let words = if words.is_empty() { "(no text)".into() } else { format!("“{words}”") };
            view! { <p class="sentence">{words}</p> }.into_any()
        }
        Modality::Sound => view! { <SampleSound at sample=sample.clone() /> }.into_any(),
    }
}

/// RGB bytes for a canvas.
fn raster(rgb: &[u8]) -> Rgba {
    let bytes = rgb.as_chunks().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
    Rgba { width: SIDE as u32, height: SIDE as u32, bytes }
}

/// What a contestant says of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct ContestantAnswer {
    pub contestant: Contestant,
    /// The probability of the second class.
    pub probability: f32,
    /// The share of each modality, where the fusion has one; of experts also that of the one for all.
    pub gates: Vec<f32>,
}

/// Everybody's answers to one sample.
#[component]
pub fn Answers(
    room: RaceRoom,
    #[prop(into)] sample: Memo<Option<(usize, Sample)>>,
    #[prop(into)] answers: Memo<Vec<ContestantAnswer>>,
) -> impl IntoView {
    let has_gates =
        Memo::new(move |_| answers.with(|answers| answers.iter().any(|answer| !answer.gates.is_empty())));
    let row = move |answer: ContestantAnswer| {
        let (_, sample) = sample.get()?;
        let class = u32::from(answer.probability > 0.5);
        let sure = if class == 1 { answer.probability } else { 1.0 - answer.probability };
        let modalities = room.modalities.get();
        let gates = if answer.gates.is_empty() { "–".into() } else { weights(&modalities, &answer.gates) };
        Some(view! {
            <tr>
                <th scope="row">{title(answer.contestant)}</th>
                <td>{class_name(sample.information, &modalities, class)}</td>
                <td>{format::percent(sure)}</td>
                <td><Verdict truth=Some(class == sample.answer) words=["right", "wrong", ""] /></td>
                {has_gates.get().then(|| view! { <td>{gates}</td> })}
            </tr>
        })
    };
    view! {
        <WideTable label="Predictions for this sample">
            <table class="numbers">
                <caption>"Predictions for this sample"</caption>
                <thead><tr><th scope="col">"Model"</th><th scope="col">"Prediction"</th><th scope="col">"Probability"</th>
                    <th scope="col">"Verdict"</th>{move || has_gates.get().then(|| view! { <th scope="col">"Weights"</th> })}</tr></thead>
                <tbody>{move || answers.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </WideTable>
    }
}
