//! Contrast: two towers learn which words belong to which picture.

use leptos::prelude::*;

#[component]
pub fn Contrast() -> impl IntoView {
    view! { <section class="stage"></section> }
}
