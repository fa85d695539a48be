//! Train, pause, step, reset: the buttons of a live run, and its step.

use super::button::Button;
use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::session::protocol::Lane;
use crate::ui::memo::Memo;
use crate::ui::training_run::TrainingRun;
use leptos::prelude::*;

#[component]
pub fn RunBar(training: TrainingRun) -> impl IntoView {
    let is_over = Memo::new(move |_| training.step.get().is_some_and(|step| step >= training.goal()));
    let has_not_begun = Memo::new(move |_| training.step.get().is_none_or(|step| step == 0));
    let toggle =
        move || if training.is_training.get_untracked() { training.pause() } else { training.train() };
    let name = move || match (training.is_training.get(), training.step.get()) {
        (true, _) => view! { <Glyph icon=Icon::Pause />"Pause" }.into_any(),
        (false, None | Some(0)) => view! { <Glyph icon=Icon::Play />"Train" }.into_any(),
        (false, Some(_)) => view! { <Glyph icon=Icon::Play />"Train on" }.into_any(),
    };
    let words = move || match training.step.get() {
        None => "Preparing".to_string(),
        Some(step) if training.is_training.get() => format!("Step {step}, training"),
        Some(step) if training.is_busy.get() => format!("Step {step}, evaluating"),
        Some(step) if is_over.get() => format!("Step {step}, the end of this run"),
        Some(step) => format!("Step {step}"),
    };
    // Whoever only hears the page is told of beginnings and ends, not of every step.
    let said = move || match (training.is_training.get(), training.is_busy.get()) {
        (true, _) => "Training".into(),
        (_, true) => String::new(),
        _ => words(),
    };
    let cannot_step = Memo::new(move |_| training.is_training.get() || is_over.get());
    view! {
        <div class="run-bar" role="group" aria-label="Training">
            <Button class="button primary" is_idle=is_over press=toggle>{name}</Button>
            <Button is_idle=cannot_step press=move || training.advance()><Glyph icon=Icon::Step />"Step"</Button>
            <Button is_idle=has_not_begun press=move || training.reset()><Glyph icon=Icon::New />"Reset"</Button>
            <output aria-live="off">{words}</output>
        </div>
        <p class="aloud" role="status">{said}</p>
        <FailureNote lane=Lane::Train failure=training.failure />
    }
}
