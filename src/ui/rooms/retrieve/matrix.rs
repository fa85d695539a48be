//! Every caption against every image.

use super::figures::caption_cosines;
use super::found::is_true;
use crate::order;
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::heatmap::{HeatMap, Legend, Matrix};
use crate::ui::components::picture::described;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use crate::world::language::parse;
use leptos::prelude::*;

#[component]
pub fn SimilarityMatrix() -> impl IntoView {
    let app = AppContext::here();
    let cosines = caption_cosines(app);
    let matrix = Memo::new(move |_| {
        let cosines = cosines.get();
        let count = if cosines.is_empty() { 0 } else { GALLERY as usize };
        Shared::new(if count == 0 { Matrix::default() } else { Matrix::new(count, count, cosines.to_vec()) })
    });
    let cell = RwSignal::new(None);
    let pinned = app.pick(|view| view.pair);
    let ends = Memo::new(move |_| matrix.with(|matrix| [matrix.least, matrix.most].map(format::three)));
    let plot = move || {
        view! {
        <div class="beside wide">
            <div data-part="matrix">
                <HeatMap label="Cosine of every caption with every image; use the arrow keys, Enter pins"
                    axes=["captions", "images"] matrix cell pinned
                    pin=Callback::new(move |at| app.go(|view| view.pair = (view.pair != Some(at)).then_some(at))) />
                <Legend ends quantity="cosine" />
            </div>
            <PairNote pair=Memo::new(move |_| cell.get().or(pinned.get())) matrix hint="Point at a cell, tap it, or use the arrow keys." />
        </div>
        <MatrixTable matrix />
        }
    };
    let is_there = Memo::new(move |_| matrix.with(|matrix| matrix.rows > 0));
    move || match is_there.get() {
        true => plot().into_any(),
        false => view! { <p class="quiet">"The matrix is drawn when the gallery is encoded."</p> }.into_any(),
    }
}

/// A sentence and a picture side by side with their cosine.
#[component]
pub fn PairNote(
    /// (sentence, picture)
    #[prop(into)]
    pair: Memo<Option<(usize, usize)>>,
    matrix: Memo<Shared<Matrix>>,
    /// Said while no pair is chosen.
    hint: &'static str,
) -> impl IntoView {
    let app = AppContext::here();
    let is_there = move |&(row, column): &(usize, usize)| {
        matrix.with(|matrix| row < matrix.rows && column < matrix.columns)
    };
    let known = Memo::new(move |_| pair.get().filter(is_there));
    let scored = move |(row, column): (usize, usize)| {
        matrix.with(|matrix| {
            let cosine = matrix.at(row, column);
            let better = (0..matrix.columns).filter(|&other| matrix.at(row, other) > cosine).count();
            (cosine, better + 1)
        })
    };
    let pinned = app.pick(|view| view.pair);
    figures::publish(move || {
        let Some((row, column)) = pinned.get().filter(is_there) else { return Vec::new() };
        let (cosine, rank) = scored((row, column));
        let own = matrix.with(|matrix| matrix.at(row, row));
        let is_true = app.gallery.with(|gallery| {
            let scene = gallery.pictures[column].scene.as_ref()?;
            Some(is_true(&parse(&gallery.captions[row]).ok()?, scene))
        });
        let live = [
            ("cosine", Some(cosine.into())),
            ("rank", Some(rank as f64)),
            ("own", Some(own.into())),
            ("true", is_true.map(f64::from)),
        ];
        live.into_iter().filter_map(|(name, value)| Some((format!("retrieve.pair.{name}"), value?))).collect()
    });
    let note = move |(row, column): (usize, usize)| {
        let (text, picture) =
            app.gallery.with(|gallery| (gallery.captions[row].clone(), gallery.pictures[column].clone()));
        let (cosine, rank) = scored((row, column));
        let belongs = if row == column { "A matching pair." } else { "Not a matching pair." };
        view! {
            <div class="pair">
                <Raster rgba=Memo::from(Shared::new(Rgba::from(&picture.pixels))) label=Memo::from(described(&picture)) />
                <p class="sentence">{text}</p>
                <p><data class="big">{format::three(cosine)}</data> " cosine; rank " {rank} " of " {GALLERY} " images for this caption. " {belongs}</p>
            </div>
        }
    };
    view! {
        <div class="readout" data-part="pair-note" aria-live="polite">
            {move || {
                matrix.track();
                match known.get() {
                    Some(pair) => note(pair).into_any(),
                    None => view! { <p class="quiet">{hint}</p> }.into_any(),
                }
            }}
        </div>
    }
}

/// For each caption the cosine and the rank of its own image, and the best image.
#[component]
fn MatrixTable(matrix: Memo<Shared<Matrix>>) -> impl IntoView {
    let app = AppContext::here();
    let is_open = RwSignal::new(false);
    let placed = move |index: usize| {
        matrix.with_untracked(|matrix| {
            let scores = &matrix.values[index * matrix.columns..(index + 1) * matrix.columns];
            let order = order::argsort_desc(scores);
            let rank = order.iter().position(|&item| item == index).map_or(0, |at| at + 1);
            (scores[index], rank, order[0])
        })
    };
    let caption =
        move |index: usize| app.gallery.with_untracked(|gallery| gallery.captions.get(index).cloned());
    let as_csv = move || {
        let head = ["number", "caption", "cosine with its image", "rank", "best image"].map(String::from);
        let line = |index: usize| {
            let (own, rank, best) = placed(index);
            let caption = caption(index).unwrap_or_default();
            vec![(index + 1).to_string(), caption, own.to_string(), rank.to_string(), (best + 1).to_string()]
        };
        csv(&head, (0..matrix.with_untracked(|matrix| matrix.rows)).map(line))
    };
    let row = move |index: usize| {
        let ((own, rank, best), text) = (placed(index), caption(index));
        view! { <tr><td>{index + 1}</td><td>{text}</td><td>{format::three(own)}</td><td>{rank}</td><td>{best + 1}</td></tr> }
    };
    view! {
        <details class="table" on:toggle=move |_| is_open.update(|open| *open = !*open)>
            <summary>"Show data"</summary>
            {move || is_open.get().then(|| view! {
                <Exports label="Similarity matrix" csv=as_csv />
                <table class="numbers">
                    <thead><tr><th scope="col">"No."</th><th scope="col">"Caption"</th><th scope="col">"Cosine with its image"</th>
                        <th scope="col">"Rank"</th><th scope="col">"Best image"</th></tr></thead>
                    <tbody>{(0..matrix.with(|matrix| matrix.rows)).map(row).collect_view()}</tbody>
                </table>
            })}
        </details>
    }
}
