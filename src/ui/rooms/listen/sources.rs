//! What is mixed: each object's sound, the ambience and the noise; and whether the networks are given the video.

use super::stage_clip::StageClip;
use crate::ui::components::form::{Slider, Switch};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::{CLEAN, ListenTask, NOISIEST};
use leptos::prelude::*;

/// Between two signal-to-noise ratios, in dB.
const STEP: f32 = 5.0;

#[component]
pub fn Sources(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let app = AppContext::here();
    let off = app.pick(|view| view.listen.off);
    let snr = app.pick(|view| f32::from(view.listen.snr));
    let source = move |(bit, name): (usize, String)| {
        let is_on = Memo::new(move |_| off.get() >> bit & 1 == 0);
        view! { <li><Switch label=name on=is_on change=move |_| app.go(|view| view.listen.off ^= 1 << bit) /></li> }
    };
    let all = Memo::new(move |_| {
        clip.with(|clip| clip.sources().iter().fold(0, |all: u8, (bit, _)| all | 1 << bit))
    });
    let is_audible = Memo::new(move |_| all.get() & !off.get() != 0);
    let hush = move |is_on| app.go(|view| view.listen.off = if is_on { 0 } else { all.get_untracked() });
    view! {
        <fieldset class="sources" data-part="sources">
            <legend>"Sources in the mixture"</legend>
            <ul>
                <li><Switch label="Sound track" on=is_audible change=hush /></li>
                {move || clip.with(|clip| clip.sources()).into_iter().map(source).collect_view()}
            </ul>
            <Slider label="Signal-to-noise ratio" term="snr" min=NOISIEST.into() max=CLEAN.into() step=STEP value=snr show=ratio
                change=move |snr| app.adjust(|view| view.listen.snr = snr as i8) done=move || app.settle() />
            <GivenVideo />
        </fieldset>
    }
}

/// The networks that read both can be kept from seeing.
#[component]
fn GivenVideo() -> impl IntoView {
    let app = AppContext::here();
    let reads_both = app.pick(|view| matches!(view.listen.task, ListenTask::Source | ListenTask::Sync));
    let is_seen = app.pick(|view| !view.listen.blind);
    let change = move |is_seen: bool| app.go(|view| view.listen.blind = !is_seen);
    move || {
        reads_both.get().then(|| view! { <Switch label="Video is given to the network" on=is_seen change /> })
    }
}

fn ratio(decibels: f32) -> String {
    match decibels < f32::from(CLEAN) {
        true => format!("{decibels:+.0} dB"),
        false => "no noise".to_string(),
    }
}
