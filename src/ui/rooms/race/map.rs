//! A heat map that says the value under the pointer.

use crate::ui::components::heatmap::{HeatMap, Legend, Matrix};
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// A heat map with the value of the cell in words.
#[component]
pub fn Map(
    /// What lessons call it.
    part: &'static str,
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
        <div class="map" data-part=part>
            <h3>{label.split(';').next().unwrap_or(label)}</h3>
            <HeatMap label axes matrix cell pinned=Memo::from(None) pin=Callback::new(|_| {}) />
            <Legend ends quantity />
            <p class="small quiet" aria-live="polite">{said}</p>
        </div>
    }
}
