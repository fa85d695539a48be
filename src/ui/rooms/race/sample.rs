//! One held-out sample, and what everybody answers to it.

use super::{RaceRoom, title};
use crate::lab::fuse::task::{Information, VALUES};
use crate::lab::fuse::{Contestant, HELD_OUT, HeldOutSample};
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
pub fn shown_sample(room: RaceRoom) -> Memo<Option<(usize, HeldOutSample)>> {
    Memo::new(move |_| {
        let at = room.view.with(|view| view.sample);
        room.samples.with(|samples| samples.get(at).map(|sample| (at, sample.clone())))
    })
}

/// What a class is called in the sample: a value, or whether it is so.
pub fn class_of(sample: &HeldOutSample, class: u32) -> &'static str {
    match sample.information {
        Information::Synergy => ["no", "yes"][class as usize],
        _ => VALUES[class as usize],
    }
}

/// The picture, the words and the truth of a sample.
#[component]
pub fn SampleChoice(
    room: RaceRoom,
    #[prop(into)] sample: Memo<Option<(usize, HeldOutSample)>>,
) -> impl IntoView {
    let at = Memo::new(move |_| room.view.with(|view| view.sample));
    let panel = move |(at, sample): (usize, HeldOutSample)| {
        let rgba = raster(&sample.picture);
        let truth = class_of(&sample, sample.answer);
        let words = if sample.sentence.is_empty() {
            "(no text)".into()
        } else {
            format!("“{}”", sample.sentence)
        };
        view! {
            <div class="pair">
                <Raster rgba=Memo::from(Shared::new(rgba)) label=Memo::from(format!("Image of sample {at}")) />
                <p class="sentence">{words}</p>
                <p class="small quiet">"Ground truth: " <b>{truth}</b></p>
            </div>
        }
    };
    view! {
        <NumberField label="Sample" min=0 max=HELD_OUT - 1 value=at change=move |at| room.go(|view| view.sample = at) />
        {move || sample.get().map(panel)}
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
    /// The share of the picture, where the fusion has one.
    pub gate: Option<f32>,
}

/// Everybody's answers to one sample.
#[component]
pub fn Answers(
    #[prop(into)] sample: Memo<Option<(usize, HeldOutSample)>>,
    #[prop(into)] answers: Memo<Vec<ContestantAnswer>>,
) -> impl IntoView {
    let has_gates =
        Memo::new(move |_| answers.with(|answers| answers.iter().any(|answer| answer.gate.is_some())));
    let row = move |answer: ContestantAnswer| {
        let (_, sample) = sample.get()?;
        let class = u32::from(answer.probability > 0.5);
        let sure = if class == 1 { answer.probability } else { 1.0 - answer.probability };
        Some(view! {
            <tr>
                <th scope="row">{title(answer.contestant)}</th>
                <td>{class_of(&sample, class)}</td>
                <td>{format::percent(sure)}</td>
                <td><Verdict truth=Some(class == sample.answer) words=["right", "wrong", ""] /></td>
                {has_gates.get().then(|| view! { <td>{answer.gate.map_or("–".into(), format::three)}</td> })}
            </tr>
        })
    };
    view! {
        <WideTable label="Predictions for this sample">
            <table class="numbers">
                <caption>"Predictions for this sample"</caption>
                <thead><tr><th scope="col">"Model"</th><th scope="col">"Prediction"</th><th scope="col">"Probability"</th>
                    <th scope="col">"Verdict"</th>{move || has_gates.get().then(|| view! { <th scope="col">"Weight of the image"</th> })}</tr></thead>
                <tbody>{move || answers.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </WideTable>
    }
}
