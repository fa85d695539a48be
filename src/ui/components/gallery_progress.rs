//! How far the gallery is encoded.

use crate::session::protocol::EncodeLane;
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::gallery::{ask, request};
use crate::ui::memo::Memo;
use crate::ui::stage::GALLERY;
use crate::ui::state::Phase;
use leptos::prelude::*;
use web_time::Instant;

/// How far the encoding is on the first of these lanes that is not done, with the time left and a way to stop; and what has failed on
/// any of them.
#[component]
pub fn GalleryProgress(lanes: Memo<Vec<EncodeLane>>) -> impl IntoView {
    let app = AppContext::here();
    let lane = Memo::new(move |_| {
        let is_open = |lane: &EncodeLane| {
            request(app, *lane).with(|request| request.is_busy() || request.phase == Phase::Stopped)
        };
        lanes.get().into_iter().find(is_open)
    });
    view! {
        {move || lane.get().map(|lane| view! { <OneLane lane /> })}
        {move || lanes.get().into_iter().map(|lane| {
            let failure = Memo::new(move |_| request(app, lane).with(|request| request.failure.clone()));
            view! { <FailureNote lane=lane.into() failure /> }
        }).collect_view()}
    }
}

#[component]
fn OneLane(lane: EncodeLane) -> impl IntoView {
    let app = AppContext::here();
    let rows = request(app, lane);
    let phase = Memo::new(move |_| rows.with(|rows| rows.phase));
    let done = Memo::new(move |_| rows.with(|rows| if rows.is_current() { rows.value.count() } else { 0 }));
    let what = what(lane);
    // When the first rows came, and how many they were: the time left follows from there.
    let begun = RwSignal::new(None::<(Instant, usize)>);
    Effect::new(move || match done.get() {
        0 => begun.set(None),
        count if begun.get_untracked().is_none() => begun.set(Some((Instant::now(), count))),
        _ => {}
    });
    let words = move || match (phase.get(), done.get()) {
        (Phase::Waiting, _) => "The gallery waits for the model".into(),
        (Phase::Stopped, done) => format!("Stopped at {done} of {GALLERY} {what}"),
        (_, done) => format!("Encoding {done} of {GALLERY} {what}{}", left(begun.get(), done)),
    };
    let width = move || format!("width:{:.1}%", 100.0 * done.get() as f32 / GALLERY as f32);
    let button = move || {
        match phase.get() {
        Phase::Stopped => {
            view! { <button type="button" class="button" on:click=move |_| ask(app, lane)>"Start again"</button> }
                .into_any()
        }
        _ => {
            view! { <button type="button" class="button" on:click=move |_| app.stop(lane.into())>"Stop"</button> }
                .into_any()
        }
    }
    };
    view! {
        <div class="loading">
            <div class="track" role="progressbar" aria-label="Encoding the gallery" aria-valuetext=words><span class="segment"><i style=width></i></span></div>
            <span>{words}</span>
            {button}
        </div>
    }
}

fn what(lane: EncodeLane) -> &'static str {
    match lane {
        EncodeLane::Sounds => "sounds",
        EncodeLane::Videos => "videos",
        EncodeLane::Tables => "tables",
        EncodeLane::Graphs => "graphs",
        EncodeLane::Patches => "images patch by patch",
        _ => "image-caption pairs",
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
