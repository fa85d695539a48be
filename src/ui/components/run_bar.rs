//! Train, pause, step, reset: the buttons of a live run, its step, and how long it takes.

use super::button::Button;
use super::confirm::Confirmed;
use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::session::protocol::Lane;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::training_run::TrainingRun;
use leptos::prelude::*;
use std::time::Duration;
use web_time::Instant;

/// The second press of a double click on Train is no pause.
const DOUBLE_CLICK: Duration = Duration::from_millis(300);

#[component]
pub fn RunBar(training: TrainingRun) -> impl IntoView {
    let goal = Memo::new(move |_| training.goal());
    let is_over = Memo::new(move |_| training.step.get().is_some_and(|step| step >= goal.get()));
    let has_not_begun = Memo::new(move |_| training.step.get().is_none_or(|step| step == 0));
    let started = StoredValue::new(None::<Instant>);
    let loss = Memo::new(move |_| format!("Delete this run of {} steps", training.step.get().unwrap_or(0)));
    let toggle = move || match training.is_training.get_untracked() {
        true if started.get_value().is_some_and(|start| start.elapsed() < DOUBLE_CLICK) => {}
        true => training.pause(),
        false => {
            started.set_value(Some(Instant::now()));
            training.train();
        }
    };
    let name = move || match (training.step.get(), training.is_training.get()) {
        (_, true) => view! { <Glyph icon=Icon::Pause />"Pause" }.into_any(),
        (None | Some(0), false) => view! { <Glyph icon=Icon::Play />"Train" }.into_any(),
        (Some(_), false) => view! { <Glyph icon=Icon::Play />"Continue" }.into_any(),
    };
    // What `is_training` is computed of is read before it: see `Parts::frame` of the charts.
    let words = move || {
        let (step, is_busy, until) = (training.step.get(), training.is_busy.get(), training.until.get());
        match step {
            None => "Preparing".to_string(),
            Some(step) if training.is_training.get() => {
                let time = training.seconds_to(until);
                let time =
                    time.map_or_else(String::new, |time| format!(", about {} left", format::duration(time)));
                let doing =
                    if training.is_repeating.get() { "repeating the run of this link" } else { "training" };
                format!("Step {step} of {until}, {doing}{time}")
            }
            Some(step) if is_busy => format!("Step {step}, evaluating"),
            Some(step) if is_over.get() => format!("Step {step}, the end of this run"),
            Some(step) => format!("Step {step}"),
        }
    };
    let estimate = move || {
        let (step, is_busy, goal) = (training.step.get(), training.is_busy.get(), goal.get());
        let is_resting = step.is_some() && !is_busy && !is_over.get();
        is_resting.then(|| match training.seconds_to(goal) {
            Some(time) => format!("To step {goal}: about {} on this device", format::duration(time)),
            None => format!("To step {goal}; the time is known after the first steps"),
        })
    };
    // Whoever only hears the page is told of beginnings and ends, not of every step.
    let said = move || {
        let words = words();
        match (training.is_training.get(), training.is_busy.get()) {
            (true, _) => "Training".into(),
            (_, true) => String::new(),
            _ => words,
        }
    };
    let kept = move || {
        let step = training.kept.get().filter(|_| !training.is_training.get())?;
        Some(format!(
            "Other settings are a new run. The one before is kept at step {step}: Back, or its settings, show it again."
        ))
    };
    let cannot_step = Memo::new(move |_| training.is_training.get() || is_over.get());
    view! {
        <div class="run-bar" role="group" aria-label="Training" data-part="run">
            <Button class="button primary" is_idle=is_over press=toggle>{name}</Button>
            <Button is_idle=cannot_step press=move || training.advance()><Glyph icon=Icon::Step />"Step"</Button>
            <Confirmed words="Reset" icon=Icon::New confirm=loss is_idle=has_not_begun act=move || training.reset() />
            <output aria-live="off">{words}</output>
            <small class="quiet">{estimate}</small>
        </div>
        <p class="aloud" role="status">{said}</p>
        <p class="small quiet kept" role="status">{kept}</p>
        <FailureNote lane=Lane::Train failure=training.failure />
    }
}
