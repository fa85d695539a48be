//! What networks hear and see of the clip, beside what is true of it.

mod events;
mod heard;
mod own;
mod separation;
mod source;
mod sync;

use heard::Asked;
pub use heard::{Heard, MIXING_PAUSE};
pub use own::{OwnRecording, OwnSource, OwnStage, Recording};
pub use source::SourceMap;

use super::player::Player;
use crate::session::protocol::{Command, Lane, TaskOutput};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::Segments;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Phase;
use crate::ui::view::ListenTask;
use events::EventsPanel;
use leptos::prelude::*;
use own::OwnPanel;
use separation::SeparationPanel;
use source::SourcePanel;
use sync::SyncPanel;

const TASKS: [(ListenTask, &str); 6] = [
    (ListenTask::Facts, "Ground truth"),
    (ListenTask::Source, "Sound source"),
    (ListenTask::Sync, "Synchronisation"),
    (ListenTask::Events, "Hits, silent"),
    (ListenTask::Separation, "Separation"),
    (ListenTask::Own, "Own recording"),
];

#[component]
pub fn TaskChoice() -> impl IntoView {
    let app = AppContext::here();
    let task = app.pick(|view| view.listen.task);
    view! {
        <div data-part="tasks">
            <Segments label="What is asked of the clip" options=TASKS.to_vec() chosen=task choose=move |task| app.go(|view| view.listen.task = task) />
        </div>
    }
}

/// What the chosen network says.
#[component]
pub fn TaskPanel(heard: Heard, player: Player) -> impl IntoView {
    let app = AppContext::here();
    let task = app.pick(|view| view.listen.task);
    let own = OwnRecording::here();
    let is_asked = Memo::new(move |_| match task.get() {
        ListenTask::Facts => false,
        ListenTask::Own => own.frames().is_some(),
        _ => true,
    });
    let failure = Memo::new(move |_| {
        is_asked.get().then(|| app.requests.clip_task.with(|request| request.failure.clone())).flatten()
    });
    let is_waiting = Memo::new(move |_| {
        // While the clip plays or the pointer moves, one moment is asked about after the other.
        let is_running = app.requests.clip_task.with(|request| request.phase == Phase::Running);
        let is_still = !player.is_playing.get() && player.pointed.get().is_none();
        is_asked.get() && is_running && is_still
    });
    let panel = move || match task.get() {
        ListenTask::Facts => ().into_any(),
        ListenTask::Source => view! { <SourcePanel heard player /> }.into_any(),
        ListenTask::Sync => view! { <SyncPanel heard /> }.into_any(),
        ListenTask::Events => view! { <EventsPanel heard player /> }.into_any(),
        ListenTask::Separation => view! { <SeparationPanel heard /> }.into_any(),
        ListenTask::Own => view! { <OwnPanel player /> }.into_any(),
    };
    view! {
        {panel}
        <FailureNote lane=Lane::ClipTask failure />
        <p class="small quiet told" role="status">{move || is_waiting.get().then_some("The network computes …")}</p>
    }
}

/// The output for a command, none while another is asked or an older one answered.
fn output<T>(app: AppContext, command: &Command, read: impl Fn(&TaskOutput) -> Option<T>) -> Option<T> {
    app.requests.clip_task.with(|request| match request.answered.as_deref() {
        Some(answered) if answered == command => request.value.as_ref().and_then(read),
        _ => None,
    })
}
