//! The sound of a sample: seen, in words, and to be played.

use crate::lab::fuse::task::Sample;
use crate::lab::sound::{BANDS, FRAMES, LEVELS, SAMPLES, centre};
use crate::ui::components::clip::{PlaySound, RefusedNote, Speaker};
use crate::ui::components::spectrogram::{Spectrogram, Spectrum};
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::sound::SAMPLE_RATE;
use leptos::prelude::*;

const SPECTRUM: Spectrum = Spectrum {
    seconds: SAMPLES as f64 / SAMPLE_RATE as f64,
    levels: LEVELS,
    axes: ["Frequency (mel band)", "Time (0 to 0.5 s)"],
};

const FRAMES_AND_BANDS: usize = FRAMES * BANDS;

/// The spectrogram as the models are given it, and the knocks as they were before any corruption.
#[component]
pub fn SampleSound(at: usize, sample: Sample) -> impl IntoView {
    let decibels = |byte: &u8| LEVELS[0] + (LEVELS[1] - LEVELS[0]) * f32::from(*byte) / 255.0;
    let decibels: Vec<f32> = sample.sound.iter().map(decibels).collect();
    let (Some(knocks), FRAMES_AND_BANDS) = (sample.knocks, decibels.len()) else {
        return view! { <p class="sentence">"(no sound)"</p> }.into_any();
    };
    let matrix = Shared::new(SPECTRUM.matrix(&decibels, BANDS));
    let count = if knocks.is_twice() { "two knocks" } else { "one knock" };
    let when = if sample.sound == knocks.spectrogram() { "" } else { ", before the corruption" };
    view! {
        <Spectrogram spectrum=SPECTRUM matrix=Memo::from(matrix)
            label="Log-mel spectrogram of the sound; use the arrow keys" centre=Callback::new(|band| centre(band) as f32) go=Callback::new(|_| {}) />
        <div class="row">
            <PlaySound samples=Memo::from(Shared::new(knocks.waveform())) name=Memo::from(format!("sample {at}")) />
            <span>{count}{when}</span>
        </div>
        <RefusedNote is_refused=Speaker::here().is_refused />
    }
    .into_any()
}
