//! What is trained in the room.

use crate::ui::components::form::Segments;
use crate::ui::context::AppContext;
use crate::ui::view::ContrastMode;
use leptos::prelude::*;

const MODES: [(ContrastMode, &str); 2] =
    [(ContrastMode::Run, "One model"), (ContrastMode::Objectives, "Compare objectives")];

/// The choice between one run and the race of objectives.
#[component]
pub fn Modes() -> impl IntoView {
    let app = AppContext::here();
    view! {
        <Segments label="What is trained" options=MODES.to_vec() chosen=app.pick(|view| view.contrast.mode)
            choose=move |mode| app.go(|view| view.contrast.mode = mode) />
    }
}
