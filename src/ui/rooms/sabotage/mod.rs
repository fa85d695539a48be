//! Sabotage: what is left when a modality goes missing, is disturbed or comes late.

use leptos::prelude::*;

#[component]
pub fn Sabotage() -> impl IntoView {
    view! { <section class="stage"></section> }
}
