//! Where a recording comes from: a file that is chosen or dropped, or the microphone.

use super::{OwnSound, Recording};
use crate::session::protocol::{Lane, is_silent};
use crate::ui::components::button::Button;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::rooms::listen::player::LENGTH;
use crate::ui::upload;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::DataTransfer;

#[component]
pub fn OwnSource() -> impl IntoView {
    let app = AppContext::here();
    let own = OwnSound::here();
    app.drops.set_value(Some(Callback::new(move |data| dropped(app, own, &data))));
    on_cleanup(move || app.drops.set_value(None));
    let file = NodeRef::<Input>::new();
    let choose = move |_| {
        let chosen = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        chosen.into_iter().for_each(|chosen| own.open(chosen));
    };
    let open = move |_| {
        if let Some(input) = file.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let told = move || match own.work.get() {
        Some(work) => work.to_string(),
        None => own.recording.with(|recording| recording.as_ref().map_or_else(String::new, |of| told(of))),
    };
    let silent = move || {
        let is_silent =
            own.recording.with(|recording| recording.as_ref().is_some_and(|of| is_silent(&of.samples)));
        is_silent.then(|| {
            view! { <p class="note" role="status">"This recording is silent in the two seconds that are heard: what is found for it says nothing."</p> }
        })
    };
    view! {
        <div class="row">
            <button type="button" class="button" on:click=open><Glyph icon=Icon::Upload />"Open sound file"</button>
            <Button class="button" is_idle=Memo::new(move |_| own.work.with(Option::is_some)) press=move || own.record()><Glyph icon=Icon::Listen />"Record 2 s"</Button>
            <input node_ref=file class="aloud" type="file" accept="audio/*" tabindex="-1" aria-hidden="true" on:change=choose />
        </div>
        <p class="small quiet">"Or drop a file on the page. Its first two seconds are heard, in mono at 16 kHz; it never leaves your device. A recording has
            no video and no true hits to be compared with."</p>
        <p class="told" role="status">{told}</p>
        {silent}
        <FailureNote lane=Lane::ClipQuery failure=Memo::new(move |_| own.failure.get()) />
    }
}

/// `kick.wav: 0.90 s`
fn told(recording: &Recording) -> String {
    let Recording { name, seconds, .. } = recording;
    let rest = if *seconds > LENGTH { ", of which the first two are heard" } else { "" };
    format!("{name}: {seconds:.2} s{rest}")
}

/// A picture goes where pictures go.
fn dropped(app: AppContext, own: OwnSound, data: &DataTransfer) {
    let Some(file) = data.files().and_then(|files| files.get(0)) else { return };
    match file.type_().starts_with("image/") {
        true => upload::take(app, file),
        false => own.open(file),
    }
}
