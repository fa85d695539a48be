//! The scores of the last batch, turning diagonal; and in coordinated spaces the correlations that do.

use super::cell::{CellNote, Weights, find};
use super::contrast_run::ContrastRun;
use crate::lab::contrast::{ContrastEval, Correlations, pair};
use crate::ui::components::heatmap::{HeatMap, Legend, Matrix};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn MatrixPanel(run: ContrastRun) -> impl IntoView {
    let app = AppContext::here();
    let matrix = Memo::new(move |_| {
        Shared::new(
            run.last.with(|last| last.as_ref().map_or_else(Matrix::default, |figures| scores(figures))),
        )
    });
    let is_empty = Memo::new(move |_| matrix.with(|matrix| matrix.rows == 0));
    let is_joint = run.is_joint();
    let ends = Memo::new(move |_| matrix.with(|matrix| [matrix.least, matrix.most].map(format::three)));
    let cell = RwSignal::new(None);
    let pinned = app.pick(|view| view.contrast.cell);
    let known = find(run, Memo::new(move |_| cell.get().or(pinned.get())));
    let pin = move |at| app.go(|view| view.contrast.cell = (view.contrast.cell != Some(at)).then_some(at));
    let quantity = move || if is_joint.get() { "score" } else { "cosine" };
    view! {
        <h2>"Similarity matrix"</h2>
        {move || match is_empty.get() {
            true => view! { <p class="quiet" data-part="matrix">"The matrix shows the last batch: there is one after the first step."</p> }.into_any(),
            false => view! {
                <div class="beside wide" data-part="matrix">
                    <div>
                        <HeatMap label="Similarity of every image with every caption of the batch; use the arrow keys, Enter pins"
                            axes=["images", "captions"] matrix cell pinned pin=Callback::new(pin) />
                        {move || view! { <Legend ends quantity=quantity() /> }}
                    </div>
                    <CellNote run cell=known />
                </div>
                <Weights cell=known />
                <HardNegatives run />
            }.into_any(),
        }}
        <CorrelationMap run />
    }
}

/// Cosines where there are any, for the colours of all temperatures to mean the same.
fn scores(figures: &ContrastEval) -> Matrix {
    let own = &figures.matrix;
    if own.size == 0 {
        return Matrix::default();
    }
    Matrix::new(own.size, own.size, own.cosines.as_ref().unwrap_or(&own.logits).clone())
}

/// Each picture's caption beside the one with a word exchanged.
#[component]
fn HardNegatives(run: ContrastRun) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let has_any = Memo::new(move |_| {
        run.last.with(|last| last.as_ref().is_some_and(|figures| !figures.matrix.altered.is_empty()))
    });
    let row = |figures: &ContrastEval, at: usize| {
        let (matrix, altered) = (&figures.matrix, &figures.matrix.altered[at]);
        let own = matrix.logits[at * matrix.size + at];
        let told = if own > altered.logit { "yes" } else { "no" };
        view! {
            <tr><td>{at + 1}</td><td>{pair(matrix.pairs[at]).1}<br /><i>{altered.text.clone()}</i></td>
                <td>{format::three(own)}<br />{format::three(altered.logit)}</td><td>{told}</td></tr>
        }
    };
    let rows = move || {
        run.last.with(|last| {
            let figures = last.as_deref().filter(|figures| !figures.matrix.altered.is_empty())?;
            Some((0..figures.matrix.size).map(|at| row(figures, at)).collect_view())
        })
    };
    view! {
        {move || has_any.get().then(|| view! {
            <details class="table" on:toggle=move |_| is_open.update(|open| *open = !*open)>
                <summary>"Hard negatives of this batch"</summary>
                {move || is_open.get().then(|| view! {
                    <table class="numbers">
                        <thead><tr><th scope="col">"Image"</th><th scope="col">"Its caption, and one word changed"</th>
                            <th scope="col">"Logits"</th><th scope="col">"Correct"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                })}
            </details>
        })}
    }
}

/// Every dimension of pictures with every dimension of captions, over the batch.
#[component]
fn CorrelationMap(run: ContrastRun) -> impl IntoView {
    let correlations = Memo::new(move |_| {
        run.last.with(|last| last.as_ref().and_then(|figures| figures.correlations.clone()))
    });
    let has_any = Memo::new(move |_| correlations.with(Option::is_some));
    let matrix = Memo::new(move |_| {
        let whole = |Correlations { size, values }| Matrix::new(size, size, values).spanning(-1.0, 1.0);
        Shared::new(correlations.get().map_or_else(Matrix::default, whole))
    });
    let cell = RwSignal::new(None);
    let read = move || {
        let (row, column) = cell.get()?;
        let value = matrix.with(|matrix| (row < matrix.rows).then(|| matrix.at(row, column)))?;
        Some(format!("Image dimension {} and caption dimension {}: {value:.2}", row + 1, column + 1))
    };
    view! {
        {move || has_any.get().then(|| view! {
            <h2>"Correlation of the dimensions"</h2>
            <div class="small-map">
                <HeatMap label="Correlation of image dimensions with caption dimensions" matrix cell
                    axes=["image dimensions", "caption dimensions"] pin=Callback::new(|_| ()) pinned=Memo::from(None) />
                <Legend ends=Memo::from(["−1".to_string(), "1".to_string()]) quantity="correlation" />
                <p class="small quiet" aria-live="polite">{move || read().unwrap_or_else(|| {
                    "The loss is least with 1 on the diagonal and 0 elsewhere.".into()
                })}</p>
            </div>
        })}
    }
}
