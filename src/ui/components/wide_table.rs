//! A table that may be wider than the window.

use leptos::prelude::*;

/// Scrolls sideways by itself, so that the page never does; the arrow keys scroll it too.
#[component]
pub fn WideTable(
    /// What the table is, read aloud.
    label: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <div class="wide-table" tabindex="0" role="region" aria-label=label>{children()}</div> }
}
