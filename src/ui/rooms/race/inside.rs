//! A look into one contestant: whom it takes for whom, how it weighs the modalities, what meets what, what looks where.

use super::{RaceRoom, title};
use crate::lab::fuse::task::{Information, TOKENS, Task, VALUES};
use crate::lab::fuse::{CELLS, Contestant, Evaluation, WIDTH};
use crate::ui::components::chart::{Axis, Confusion, Histogram, Spread, Tone};
use crate::ui::components::heatmap::{HeatMap, Legend, Matrix};
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

const BINS: usize = 20;

#[component]
pub fn Inside(room: RaceRoom) -> impl IntoView {
    let name = Memo::new(move |_| title(room.inside.get()));
    let has = move |part: fn(&Evaluation) -> bool| {
        Memo::new(move |_| {
            room.evaluation.with(|evaluation| evaluation.as_ref().is_some_and(|evaluation| part(evaluation)))
        })
    };
    let (gates, interaction, attention) =
        (has(|s| !s.gates.is_empty()), has(|s| !s.interaction.is_empty()), has(|s| !s.attention.is_empty()));
    let alpha = Memo::new(move |_| {
        room.evaluation.with(|evaluation| evaluation.as_ref().and_then(|evaluation| evaluation.alpha))
    });
    let counts = Memo::new(move |_| {
        let counts =
            |evaluation: &Shared<Evaluation>| evaluation.confusion.counts.map(|row| row.to_vec()).to_vec();
        room.evaluation.with(|evaluation| evaluation.as_ref().map(counts)).unwrap_or_default()
    });
    let classes = Memo::new(move |_| room.settings.with(|settings| classes(&settings.task)));
    view! {
        <h2>{move || format!("Details: {}", name.get())}</h2>
        <div class="charts">
            <Confusion label=Memo::new(move |_| format!("Confusion matrix: {}", name.get())) classes counts />
            {move || gates.get().then(|| view! { <Gates room /> })}
            {move || interaction.get().then(|| view! { <Interaction room /> })}
            {move || attention.get().then(|| view! { <Attention room /> })}
            {move || alpha.get().map(|alpha| view! {
                <p class="note">"Learned mixing weight α: " <data class="big">{format::three(alpha)}</data>
                    " of the image logits and " {format::three(1.0 - alpha)} " of the text logits, the same for every sample."</p>
            })}
        </div>
    }
}

/// Names of the two classes, by what is asked.
fn classes(task: &Task) -> Vec<String> {
    let name = |(is, value): (&str, &str)| match task.share(Information::Synergy) {
        1.0 => is.to_string(),
        0.0 => value.to_string(),
        _ => format!("{is} / {value}"),
    };
    ["no", "yes"].into_iter().zip(VALUES).map(name).collect()
}

/// How the picture's share spreads over the held-out samples.
#[component]
fn Gates(room: RaceRoom) -> impl IntoView {
    let groups = Memo::new(move |_| {
        let gates =
            room.evaluation.with(|evaluation| evaluation.as_ref().map(|evaluation| evaluation.gates.clone()));
        vec![Spread::new("held-out samples", Tone::Fused, gates.unwrap_or_default())]
    });
    let label = move || match room.inside.get() {
        Contestant::Gate => "Gate: weight of the image, mean over features",
        Contestant::Experts => "Router: weight of the image expert",
        Contestant::Reliability => "Relative reliability of the image",
        _ => "Weight of the image",
    };
    view! {
        <Histogram label=Memo::new(move |_| label().to_string())
            x=Memo::from(Axis::new("Weight of the image", "").within(0.0, 1.0)) groups bins=BINS />
    }
}

/// Which features of the picture meet which of the words.
#[component]
fn Interaction(room: RaceRoom) -> impl IntoView {
    let matrix = Memo::new(move |_| {
        let values = room
            .evaluation
            .with(|evaluation| evaluation.as_ref().map(|evaluation| evaluation.interaction.clone()));
        let values =
            values.filter(|values| values.len() == WIDTH * WIDTH).unwrap_or_else(|| vec![0.0; WIDTH * WIDTH]);
        let most = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        Shared::new(Matrix::new(WIDTH, WIDTH, values).spanning(-most, most))
    });
    let say = |matrix: &Matrix, (row, column): (usize, usize)| {
        format!("image feature {row} with text feature {column}: {:+.3}", matrix.at(row, column))
    };
    view! {
        <Map label="Interaction of features, for the second class against the first; use the arrow keys"
            axes=["image features", "text features"] matrix quantity="weight of the pair" say />
    }
}

/// Where the words of the first held-out sample look.
#[component]
fn Attention(room: RaceRoom) -> impl IntoView {
    let words = Memo::new(move |_| {
        let words = |sentence: &str| sentence.split(' ').map(str::to_owned).collect::<Vec<_>>();
        room.samples.with(|samples| samples.first().map(|sample| words(&sample.sentence))).unwrap_or_default()
    });
    let matrix = Memo::new(move |_| {
        let values = room
            .evaluation
            .with(|evaluation| evaluation.as_ref().map(|evaluation| evaluation.attention.clone()));
        let values = values
            .filter(|values| values.len() == TOKENS * CELLS)
            .unwrap_or_else(|| vec![0.0; TOKENS * CELLS]);
        Shared::new(Matrix::new(TOKENS, CELLS, values))
    });
    let say = move |matrix: &Matrix, (row, column): (usize, usize)| {
        let word = words.with_untracked(|words| words.get(row).cloned()).unwrap_or_else(|| "padding".into());
        let side = CELLS.isqrt();
        let value = format::percent(matrix.at(row, column));
        format!(
            "“{word}” attends to row {}, column {} of the image: {value}",
            column / side + 1,
            column % side + 1
        )
    };
    view! {
        <Map label="Cross-attention of the words of sample 0, mean over heads; use the arrow keys"
            axes=["words", "cells of the image, row by row"] matrix quantity="attention" say />
    }
}

/// A heat map with the value of the cell in words.
#[component]
fn Map(
    label: &'static str,
    axes: [&'static str; 2],
    matrix: Memo<Shared<Matrix>>,
    quantity: &'static str,
    say: impl Fn(&Matrix, (usize, usize)) -> String + Send + Sync + 'static,
) -> impl IntoView {
    let cell = RwSignal::new(None);
    let ends = Memo::new(move |_| matrix.with(|matrix| [matrix.least, matrix.most].map(format::three)));
    let said = move || match cell.get() {
        Some(at) => matrix.with(|matrix| say(matrix, at)),
        None => "Point at a cell, or use the arrow keys.".into(),
    };
    view! {
        <div class="map">
            <h3>{label.split(';').next().unwrap_or(label)}</h3>
            <HeatMap label axes matrix cell pinned=Memo::from(None) pin=|_| {} />
            <Legend ends quantity />
            <p class="small quiet" aria-live="polite">{said}</p>
        </div>
    }
}
