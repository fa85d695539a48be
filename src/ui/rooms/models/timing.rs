//! How long each step of encoding a picture takes on the device that computes.

use crate::session::protocol::{Command, Lane};
use crate::ui::components::button::Button;
use crate::ui::components::chart::Timeline;
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Timing() -> impl IntoView {
    let app = AppContext::here();
    let steps = Memo::new(move |_| app.requests.steps.with(|request| request.value.clone()));
    let is_busy = Memo::new(move |_| app.requests.steps.with(|request| request.is_busy()));
    let measure = move || {
        let picture = app.picture.with_untracked(|picture| picture.pixels.clone());
        app.ask(Command::TimeSteps { picture });
    };
    let words = move || if is_busy.get() { "Measuring" } else { "" };
    view! {
        <h2>"Profile by kernel"</h2>
        <p class="prose">"Encoding an image is a plan of steps, each of which runs one kernel. Here the page waits for every step by itself, so on
            WebGPU their sum is more than the time of a whole run."</p>
        <div class="row">
            <Button is_idle=is_busy press=measure>"Measure every step"</Button>
            <span role="status" class="quiet">{words}</span>
        </div>
        {move || Some(steps.get()).filter(|steps| !steps.is_empty()).map(|steps| view! {
            <Timeline label="Encoding the current image, step by step" steps />
        })}
        <FailureNote lane=Lane::Steps failure=Memo::new(move |_| app.requests.steps.with(|request| request.failure.clone())) />
    }
}
