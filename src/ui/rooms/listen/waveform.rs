//! The waveform, with what hits when.

use super::player::{LENGTH, Player};
use super::stage_clip::StageClip;
use crate::ui::components::clip::wave_path;
use crate::ui::components::heatmap::place;
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::ListenTask;
use leptos::ev::MouseEvent;
use leptos::html::Div;
use leptos::prelude::*;

#[component]
pub fn Waveform(
    #[prop(into)] clip: Memo<Shared<StageClip>>,
    #[prop(into)] mix: Memo<Shared<Vec<f32>>>,
    player: Player,
) -> impl IntoView {
    let is_own = AppContext::here().pick(|view| view.listen.task == ListenTask::Own);
    let area = NodeRef::<Div>::new();
    let d = Memo::new(move |_| mix.with(|samples| wave_path(samples)));
    let loudest = move || {
        let peak = mix.with(|samples| samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs())));
        format!("Waveform of two seconds; the largest amplitude is {peak:.2} of 1")
    };
    let hits = move || {
        let of_clip =
            || clip.with(|clip| clip.clip.motion.collisions.iter().map(|hit| hit.seconds()).collect());
        let seconds: Vec<f64> = if is_own.get() { Vec::new() } else { of_clip() };
        seconds.into_iter().map(|seconds| view! { <i class="hit" style=at(seconds)></i> }).collect_view()
    };
    let go = move |event: MouseEvent| {
        if let Some(area) = area.get_untracked() {
            player.go(place(area.as_ref(), &event).0 * LENGTH);
        }
    };
    view! {
        <figure class="wave">
            <figcaption><Term id="waveform">"Waveform"</Term> <span class="small quiet">" Amplitude, −1 to 1"{move || (!is_own.get()).then_some("; lines mark hits")}</span></figcaption>
            <div node_ref=area class="area" on:click=go>
                <svg viewBox="0 0 400 100" preserveAspectRatio="none" role="img" aria-label=loudest><path d=move || d.get() /></svg>
                {hits}
                <i class="playhead" style=move || at(player.time.get())></i>
            </div>
            <p class="ticks small quiet" aria-hidden="true"><span>"0 s"</span><span>"0.5"</span><span>"1"</span><span>"1.5"</span><span>"2 s"</span></p>
        </figure>
    }
}

/// Where a second stands.
fn at(seconds: f64) -> String {
    format!("left:{:.2}%", 100.0 * seconds / LENGTH)
}
