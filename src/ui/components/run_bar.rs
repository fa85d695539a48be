//! Train, pause, step, reset: the buttons of a live run, and where it stands.

use super::button::Button;
use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::session::protocol::Lane;
use crate::ui::live::Live;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn RunBar(live: Live) -> impl IntoView {
    let is_over = Memo::new(move |_| live.stands.get().is_some_and(|stands| stands >= live.goal()));
    let has_not_begun = Memo::new(move |_| live.stands.get().is_none_or(|stands| stands == 0));
    let toggle = move || if live.is_training.get_untracked() { live.pause() } else { live.train() };
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
    // Whoever only hears the page is told of beginnings and ends, not of every step.
    let said = move || match (live.is_training.get(), live.is_busy.get()) {
        (true, _) => "Training".into(),
        (_, true) => String::new(),
        _ => words(),
    };
    let cannot_step = Memo::new(move |_| live.is_training.get() || is_over.get());
    view! {
        <div class="run-bar" role="group" aria-label="Training">
            <Button class="button primary" is_idle=is_over press=toggle>{name}</Button>
            <Button is_idle=cannot_step press=move || live.step()><Glyph icon=Icon::Step />"Step"</Button>
            <Button is_idle=has_not_begun press=move || live.reset()><Glyph icon=Icon::New />"Reset"</Button>
            <output aria-live="off">{words}</output>
        </div>
        <p class="aloud" role="status">{said}</p>
        <FailureNote lane=Lane::Train failure=live.failure />
    }
}
