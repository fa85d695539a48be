//! Where a recording comes from: a file that is chosen or dropped, the microphone or the camera.

use super::{OwnRecording, Recording};
use crate::session::protocol::{Lane, is_silent};
use crate::ui::components::button::Button;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::rooms::listen::player::LENGTH;
use crate::ui::upload;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{DataTransfer, File};

#[component]
pub fn OwnSource() -> impl IntoView {
    let app = AppContext::here();
    let own = OwnRecording::here();
    app.drops.set_value(Some(Callback::new(move |data| dropped(app, own, &data))));
    on_cleanup(move || app.drops.set_value(None));
    let is_idle = Memo::new(move |_| own.work.with(Option::is_some));
    let told = move || match own.work.get() {
        Some(work) => work.to_string(),
        None => own.recording.with(|recording| recording.as_ref().map_or_else(String::new, |of| told(of))),
    };
    let note = move || {
        let note = own.recording.with(|recording| recording.as_ref().and_then(|of| note(of)));
        note.map(|note| view! { <p class="note" role="status">{note}</p> })
    };
    view! {
        <div class="row">
            <Opener name="Open sound file" accept="audio/*" open=move |file| own.open_sound(file) />
            <Button class="button" is_idle press=move || own.record_sound()><Glyph icon=Icon::Listen />"Record 2 s"</Button>
        </div>
        <div class="row">
            <Opener name="Open video file" accept="video/*" open=move |file| own.open_video(file) />
            <Button class="button" is_idle press=move || own.record_video()><Glyph icon=Icon::Camera />"Record 2 s of video"</Button>
        </div>
        <p class="small quiet">"Or drop a file on the page. Its first two seconds are heard in mono at 16 kHz, and seen as 16 frames of 64 x 64 pixels from the
            middle of the picture. The camera is recorded with the microphone, if that is allowed. Nothing leaves your device. A recording has no true hits
            to be compared with."</p>
        <p class="told" role="status">{told}</p>
        {note}
        <FailureNote lane=Lane::ClipQuery failure=Memo::new(move |_| own.failure.get()) />
    }
}

/// A button by which a file is chosen.
#[component]
fn Opener(
    name: &'static str,
    accept: &'static str,
    open: impl Fn(File) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let file = NodeRef::<Input>::new();
    let choose = move |_| {
        let chosen = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        chosen.into_iter().for_each(open);
    };
    let press = move |_| {
        if let Some(input) = file.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    view! {
        <button type="button" class="button" on:click=press><Glyph icon=Icon::Upload />{name}</button>
        <input node_ref=file class="aloud" type="file" accept=accept tabindex="-1" aria-hidden="true" on:change=choose />
    }
}

/// `kick.wav: 0.90 s`
fn told(recording: &Recording) -> String {
    let Recording { name, seconds, sound, frames, .. } = recording;
    let rest = match (sound, frames) {
        _ if *seconds <= LENGTH => "",
        (_, None) => ", of which the first two are heard",
        (None, Some(_)) => ", of which the first two are seen",
        (Some(_), Some(_)) => ", of which the first two are seen and heard",
    };
    format!("{name}: {seconds:.2} s{rest}")
}

/// What an answer to it does not say.
fn note(recording: &Recording) -> Option<String> {
    let Recording { seconds, sound, frames, note, .. } = recording;
    let is_silent = sound.as_ref().is_some_and(|samples| is_silent(samples));
    let silence = is_silent.then_some(
        "This recording is silent in the two seconds that are heard: what is found for it says nothing.",
    );
    let last = (FRAMES - 1) as f64 / f64::from(FRAMES_PER_SECOND);
    let still = (frames.is_some() && *seconds <= last)
        .then_some("The video is shorter than two seconds: its last frame stands still until then, as if all had stopped.");
    let all: Vec<&str> = [note.as_deref(), silence, still].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// A picture goes where pictures go.
fn dropped(app: AppContext, own: OwnRecording, data: &DataTransfer) {
    let Some(file) = data.files().and_then(|files| files.get(0)) else { return };
    match file.type_().split('/').next() {
        Some("image") => upload::take(app, file),
        Some("video") => own.open_video(file),
        _ => own.open_sound(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::Shared;

    #[test]
    fn what_is_missing_silent_or_short_is_told() {
        let of = |seconds: f64, sound: Option<f32>, is_seen: bool| Recording {
            name: "a".into(),
            seconds,
            sound: sound.map(|sample| Shared::new(vec![sample])),
            frames: is_seen.then(|| Shared::new(Vec::new())),
            note: None,
        };
        assert_eq!(told(&of(3.0, Some(0.5), true)), "a: 3.00 s, of which the first two are seen and heard");
        assert_eq!(told(&of(3.0, None, true)), "a: 3.00 s, of which the first two are seen");
        assert_eq!(told(&of(2.0, Some(0.5), false)), "a: 2.00 s");
        assert_eq!(note(&of(2.0, Some(0.5), true)), None);
        assert_eq!(note(&of(1.0, Some(0.5), false)), None, "a short sound is filled up with silence");
        let all = note(&Recording { note: Some("Unheard.".into()), ..of(1.0, Some(0.0), true) })
            .unwrap_or_default();
        assert!(all.starts_with("Unheard. This recording is silent") && all.contains("shorter"), "{all}");
    }
}
