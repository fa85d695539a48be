//! The waveform, with what hits when.

use super::player::{LENGTH, Player};
use super::stage_clip::StageClip;
use crate::ui::components::heatmap::place;
use crate::ui::components::term::Term;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::ev::MouseEvent;
use leptos::html::Div;
use leptos::prelude::*;

/// Columns in which the waveform is drawn.
const COLUMNS: usize = 400;

#[component]
pub fn Waveform(
    #[prop(into)] clip: Memo<Shared<StageClip>>,
    #[prop(into)] mix: Memo<Shared<Vec<f32>>>,
    player: Player,
) -> impl IntoView {
    let area = NodeRef::<Div>::new();
    let d = Memo::new(move |_| mix.with(|samples| path(samples)));
    let loudest = move || {
        let peak = mix.with(|samples| samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs())));
        format!("Waveform of two seconds; the largest amplitude is {peak:.2} of 1")
    };
    let hits = move || {
        let seconds: Vec<f64> =
            clip.with(|clip| clip.clip.motion.collisions.iter().map(|hit| hit.seconds()).collect());
        seconds.into_iter().map(|seconds| view! { <i class="hit" style=at(seconds)></i> }).collect_view()
    };
    let go = move |event: MouseEvent| {
        if let Some(area) = area.get_untracked() {
            player.go(place(area.as_ref(), &event).0 * LENGTH);
        }
    };
    view! {
        <figure class="wave">
            <figcaption><Term id="waveform">"Waveform"</Term> <span class="small quiet">" Amplitude, −1 to 1; lines mark hits"</span></figcaption>
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

/// From the least to the largest sample of each column, amplitude 1 at the top of 100 units and -1 at the bottom.
fn path(samples: &[f32]) -> String {
    let mut d = String::new();
    for (column, piece) in samples.chunks(samples.len().div_ceil(COLUMNS).max(1)).enumerate() {
        let least = piece.iter().copied().fold(f32::INFINITY, f32::min);
        let most = piece.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let y = |sample: f32| 50.0 - 50.0 * sample;
        d += &format!("M{column} {:.1}V{:.1}", y(most) - 0.3, y(least) + 0.3);
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_spans_its_samples() {
        let mut samples = vec![0.0; 2 * COLUMNS];
        (samples[2], samples[3]) = (1.0, -0.5);
        let d = path(&samples);
        assert!(d.starts_with("M0 49.7V50.3M1 -0.3V75.3M2 "), "{d}");
        assert_eq!(d.matches('M').count(), COLUMNS);
    }
}
