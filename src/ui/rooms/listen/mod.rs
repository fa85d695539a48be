//! Listen: what is seen and heard of a clip, in step.

mod clip_video;
mod hits;
mod notes;
mod player;
mod sentence;
mod sources;
mod spectrogram;
mod stage_clip;
mod tasks;
mod transport;
mod video;
mod waveform;

pub use tasks::OwnRecording;

use crate::session::protocol::{Command, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::throttle::throttle;
use crate::ui::view::{ListenTask, View};
use clip_video::ClipVideo;
use hits::Hits;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use notes::Notes;
use player::Player;
use sentence::Sentence;
use sources::Sources;
use spectrogram::SpectrogramMap;
use stage_clip::StageClip;
use tasks::{Heard, MIXING_PAUSE, OwnSource, OwnStage, TaskChoice, TaskPanel};
use transport::Transport;
use wasm_bindgen::JsCast;
use waveform::Waveform;

#[component]
pub fn Listen() -> impl IntoView {
    let app = AppContext::here();
    let has_scene = Memo::new(move |_| app.steady.with(|picture| picture.scene.is_some()));
    // A recording needs no clip.
    let is_own = app.pick(|view| view.listen.task == ListenTask::Own);
    let is_shown = Memo::new(move |_| has_scene.get() || is_own.get());
    let room = move || match is_shown.get() {
        true => view! { <Clip /> }.into_any(),
        false => view! { <Silent /> }.into_any(),
    };
    view! { {room} }
}

/// The visitor's own picture has neither motion nor sound.
#[component]
fn Silent() -> impl IntoView {
    let app = AppContext::here();
    let back = move |_| app.go(|view| view.picture = View::default().picture);
    view! {
        <section class="stage">
            <TaskChoice />
            <p class="note">"Your own image neither moves nor sounds. Clips come from Playroom scenes."</p>
            <button type="button" class="button" on:click=back>"Back to a Playroom scene"</button>
        </section>
    }
}

#[component]
fn Clip() -> impl IntoView {
    let app = AppContext::here();
    let clip = StageClip::follow(app);
    let heard = Heard::of(app, clip);
    let mix = heard.mix;
    let player = Player::new(app, mix);
    let steady = throttle(move || mix.get(), MIXING_PAUSE);
    Effect::new(move || app.ask(Command::Spectrogram { samples: steady.with(|samples| samples.to_vec()) }));
    let is_told = app.pick(|view| view.listen.task == ListenTask::Facts);
    let is_own = app.pick(|view| view.listen.task == ListenTask::Own);
    let recording = OwnRecording::here().recording;
    // In these the visitor mixes what the networks are given.
    let is_mixed = app
        .pick(|view| matches!(view.listen.task, ListenTask::Facts | ListenTask::Source | ListenTask::Sync));
    let is_heard = Memo::new(move |_| !is_own.get() || recording.with(Option::is_some));
    let failure = Memo::new(move |_| app.requests.spectrogram.with(|request| request.failure.clone()));
    // Space plays and pauses, unless something that has the focus means it.
    let press = move |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_taken = target
            .is_some_and(|target| ["INPUT", "BUTTON", "A", "SUMMARY"].contains(&target.tag_name().as_str()));
        let is_plain = !event.repeat() && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        if event.key() == " " && !is_taken && is_plain && is_heard.get_untracked() {
            event.prevent_default();
            player.toggle();
        }
    };
    view! {
        <section class="stage listen" on:keydown=press>
            <TaskChoice />
            <div class="beside">
                <div class="screen">
                    {move || match is_own.get() {
                        true => view! { <OwnSource /><OwnStage player /> }.into_any(),
                        false => view! { <ClipVideo clip player /> }.into_any(),
                    }}
                    {move || is_heard.get().then(|| view! { <Transport player /> })}
                    {move || is_mixed.get().then(|| view! { <Sources clip /> })}
                </div>
                <div class="writing">
                    <TaskPanel heard player />
                    {move || is_heard.get().then(|| view! { <Waveform clip mix player /><SpectrogramMap mix player /> })}
                    <FailureNote lane=Lane::Spectrogram failure />
                    {move || (!is_own.get()).then(|| view! { <Hits clip player /> })}
                    {move || is_told.get().then(|| view! { <Sentence clip /> })}
                </div>
            </div>
        </section>
        <Notes clip />
    }
}
