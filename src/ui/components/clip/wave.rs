//! A sound as its waveform, with a button that plays it.

use super::play::PlaySound;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::Clip;
use leptos::prelude::*;
use std::time::Duration;

/// Columns in which a waveform is drawn.
const COLUMNS: usize = 400;

#[component]
pub fn Wave(clip: Memo<Shared<Clip>>, name: Memo<String>) -> impl IntoView {
    let samples = RwSignal::new(Shared::<Vec<f32>>::default());
    // In a task of its own: several sounds are mixed one after the other.
    Effect::new(move || {
        let clip = clip.get();
        let mix = move || {
            samples.try_set(Shared::new(clip.sound().mix()));
        };
        set_timeout(mix, Duration::ZERO);
    });
    let label = move || format!("{}: waveform of two seconds", name.get());
    view! {
        <div class="clip-sound">
            <svg viewBox="0 0 400 100" preserveAspectRatio="none" role="img" aria-label=label>
                <path d=move || samples.with(|samples| wave_path(samples)) /></svg>
            <PlaySound samples=Memo::new(move |_| samples.get()) name />
        </div>
    }
}

/// From the least to the largest sample of each column, amplitude 1 at the top of 100 units and -1 at the bottom.
pub fn wave_path(samples: &[f32]) -> String {
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
        let d = wave_path(&samples);
        assert!(d.starts_with("M0 49.7V50.3M1 -0.3V75.3M2 "), "{d}");
        assert_eq!(d.matches('M').count(), COLUMNS);
    }
}
