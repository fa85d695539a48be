//! Bars with their values: a table that draws itself.

use crate::ui::memo::Memo;
use leptos::prelude::*;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    /// Its length, 0 to 1.
    pub share: f32,
    pub value: String,
    /// A mark on the same scale: chance, or a baseline.
    pub mark: Option<f32>,
    /// Stands out: chosen or right.
    pub is_chosen: bool,
}

/// A table of bars, the first column named `what`, the second `unit`.
#[component]
pub fn Bars(
    caption: &'static str,
    what: &'static str,
    unit: &'static str,
    /// The colour of the modality: `picture`, `words` or `fused`.
    modality: &'static str,
    #[prop(into)] bars: Memo<Vec<Bar>>,
) -> impl IntoView {
    let row = |bar: Bar| {
        let length = format!("width:{:.2}%", bar.share.clamp(0.0, 1.0) * 100.0);
        let mark = bar.mark.map(|mark| {
            let place = format!("left:{:.2}%", mark.clamp(0.0, 1.0) * 100.0);
            view! { <i class="mark" style=place></i> }
        });
        view! {
            <tr class:chosen=bar.is_chosen>
                <th scope="row">{bar.label}</th>
                <td><span class="bar" aria-hidden="true"><i style=length></i>{mark}</span><data>{bar.value}</data></td>
            </tr>
        }
    };
    view! {
        <table class=format!("bars {modality}")>
            <caption class="aloud">{caption}</caption>
            <thead class="aloud"><tr><th scope="col">{what}</th><th scope="col">{unit}</th></tr></thead>
            <tbody>{move || bars.get().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
