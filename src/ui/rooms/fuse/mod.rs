//! Fuse: ways to bring a picture and words together, raced.

use leptos::prelude::*;

#[component]
pub fn Fuse() -> impl IntoView {
    view! { <section class="stage"></section> }
}
