//! Train, pause, step, reset: the buttons of a live run, and where it stands.

use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::session::protocol::Lane;
use crate::ui::live::Live;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn RunBar(live: Live) -> impl IntoView {
    let is_over = Memo::new(move |_| live.stands.get().is_some_and(|stands| stands >= live.goal()));
    let toggle = move |_| if live.is_training.get_untracked() { live.pause() } else { live.train() };
    let name = move || match (live.is_training.get(), live.stands.get()) {
        (true, _) => view! { <Glyph icon=Icon::Pause />"Pause" }.into_any(),
        (false, None | Some(0)) => view! { <Glyph icon=Icon::Play />"Train" }.into_any(),
        (false, Some(_)) => view! { <Glyph icon=Icon::Play />"Train on" }.into_any(),
    };
    let words = move || match live.stands.get() {
        None => "Preparing".to_string(),
        Some(stands) if live.is_training.get() => format!("Step {stands}, training"),
        Some(stands) if live.is_busy.get() => format!("Step {stands}, judging"),
        Some(stands) if is_over.get() => format!("Step {stands}, the end of this run"),
        Some(stands) => format!("Step {stands}"),
    };
    view! {
        <div class="run-bar" role="group" aria-label="Training">
            <button type="button" class="button primary" on:click=toggle
                disabled=move || is_over.get()>{name}</button>
            <button type="button" class="button" on:click=move |_| live.step()
                disabled=move || live.is_training.get() || is_over.get()><Glyph icon=Icon::Step />"Step"</button>
            <button type="button" class="button" on:click=move |_| live.reset()
                disabled=move || live.stands.get().is_none_or(|stands| stands == 0)>
                <Glyph icon=Icon::New />"Reset"</button>
            <output>{words}</output>
        </div>
        <FailureNote lane=Lane::Train failure=live.failure />
    }
}
