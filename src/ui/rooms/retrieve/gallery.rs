//! The gallery and its encoding.

use super::ranking::is_late;
use crate::session::protocol::{Command, EncodeLane, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::stage::GALLERY;
use crate::ui::state::Phase;
use leptos::prelude::*;
use web_time::Instant;

/// Asks for the embeddings of the gallery as soon as its scenes are drawn, and for those of its patches where words are
/// compared with them.
pub fn encode(app: AppContext) {
    let late = is_late(app);
    Effect::new(move || {
        if app.gallery.with(|gallery| gallery.is_whole()) {
            ask(app);
        }
    });
    Effect::new(move || {
        if late.get() && app.gallery.with(|gallery| gallery.is_whole()) {
            ask_patches(app);
        }
    });
}

fn ask_patches(app: AppContext) {
    let inputs = app.gallery.with_untracked(|gallery| {
        gallery.pictures.iter().map(|picture| picture.pixels.clone().into()).collect()
    });
    app.ask(Command::Encode { inputs, lane: EncodeLane::Patches });
}

fn ask(app: AppContext) {
    let inputs = app.gallery.with_untracked(|gallery| {
        let pairs = gallery.pictures.iter().zip(&gallery.captions);
        pairs.flat_map(|(picture, text)| [picture.pixels.clone().into(), text.clone().into()]).collect()
    });
    app.ask(Command::Encode { inputs, lane: EncodeLane::Gallery });
}

/// How far the encoding is, with the time left and a way to stop.
#[component]
pub fn Progress() -> impl IntoView {
    let app = AppContext::here();
    let late = is_late(app);
    // First the vectors, then those of the patches.
    let is_of_patches = Memo::new(move |_| late.get() && app.requests.gallery.with(|rows| rows.is_settled()));
    let rows = Memo::new(move |_| match is_of_patches.get() {
        true => app.requests.gallery_patches.get(),
        false => app.requests.gallery.get(),
    });
    let phase = Memo::new(move |_| rows.with(|rows| rows.phase));
    let done = Memo::new(move |_| rows.with(|rows| if rows.is_current() { rows.value.count() } else { 0 }));
    let what = move || if is_of_patches.get() { "images patch by patch" } else { "image-caption pairs" };
    let (lane, again) = (
        move || if is_of_patches.get_untracked() { Lane::Patches } else { Lane::Gallery },
        move || if is_of_patches.get_untracked() { ask_patches(app) } else { ask(app) },
    );
    // When the first rows came, and how many they were: the time left follows from there.
    let begun = RwSignal::new(None::<(Instant, usize)>);
    Effect::new(move || match done.get() {
        0 => begun.set(None),
        count if begun.get_untracked().is_none() => begun.set(Some((Instant::now(), count))),
        _ => {}
    });
    let words = move || match (phase.get(), done.get()) {
        (Phase::Waiting, _) => "The gallery waits for the model".into(),
        (Phase::Stopped, done) => format!("Stopped at {done} of {GALLERY} {}", what()),
        (_, done) => {
            format!("Encoding {done} of {GALLERY} {}{}", what(), left(begun.get(), done))
        }
    };
    let width = move || format!("width:{:.1}%", 100.0 * done.get() as f32 / GALLERY as f32);
    let button = move || match phase.get() {
        Phase::Stopped => {
            view! { <button type="button" class="button" on:click=move |_| again()>"Start again"</button> }
                .into_any()
        }
        _ => {
            view! { <button type="button" class="button" on:click=move |_| app.stop(lane())>"Stop"</button> }
                .into_any()
        }
    };
    view! {
        {move || matches!(phase.get(), Phase::Waiting | Phase::Running | Phase::Stopped).then(|| view! {
            <div class="loading">
                <div class="track" role="progressbar" aria-label="Encoding the gallery" aria-valuetext=words><span class="segment"><i style=width></i></span></div>
                <span>{words}</span>
                {button}
            </div>
        })}
        <FailureNote lane=Lane::Gallery failure=Memo::new(move |_| app.requests.gallery.with(|rows| rows.failure.clone())) />
        <FailureNote lane=Lane::Patches failure=Memo::new(move |_| {
            // Another model may not be able to do what was asked of the one before.
            late.get().then(|| app.requests.gallery_patches.with(|rows| rows.failure.clone())).flatten()
        }) />
    }
}

/// `, 4 s left`, by the pace since the first rows came.
fn left(begun: Option<(Instant, usize)>, done: usize) -> String {
    match begun {
        Some((start, first)) if done > first => {
            let pace = start.elapsed().as_secs_f64() / (done - first) as f64;
            format!(", {} left", format::duration(pace * (GALLERY as usize - done) as f64))
        }
        _ => String::new(),
    }
}
