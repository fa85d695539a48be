//! The log-mel spectrogram of a sound, with the level under the pointer.

use super::heatmap::{HeatMap, Legend, Matrix};
use super::term::Term;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// How a spectrogram lies in time and frequency.
#[derive(Clone, Copy)]
pub struct Spectrum {
    /// Length in seconds.
    pub seconds: f64,
    /// Decibels at the ends of the colours.
    pub levels: [f32; 2],
    pub axes: [&'static str; 2],
}

impl Spectrum {
    /// Bands in rows, the highest first; frames in columns.
    pub fn matrix(&self, decibels: &[f32], bands: usize) -> Matrix {
        let frames = decibels.len().checked_div(bands).unwrap_or(0);
        let values =
            (0..bands).rev().flat_map(|band| (0..frames).map(move |frame| decibels[frame * bands + band]));
        Matrix::new(bands, frames, values.collect()).spanning(self.levels[0], self.levels[1])
    }

    /// The second at which a frame is centred.
    fn at(&self, frame: usize, frames: usize) -> f64 {
        self.seconds * frame as f64 / frames.max(1) as f64
    }
}

#[component]
pub fn Spectrogram(
    spectrum: Spectrum,
    matrix: Memo<Shared<Matrix>>,
    label: &'static str,
    /// Hz at which a band is centred.
    centre: Callback<usize, f32>,
    /// Goes to a second.
    go: Callback<f64>,
    /// The second under the pointer or the arrow keys.
    #[prop(optional)]
    pointed: Option<RwSignal<Option<f64>>>,
    #[prop(optional)] playhead: Option<Memo<f64>>,
) -> impl IntoView {
    let cell = RwSignal::new(None::<(usize, usize)>);
    let told = move || {
        let (row, frame) = cell.get()?;
        matrix.with(|matrix| {
            let (bands, frames) = (matrix.rows, matrix.columns);
            (row < bands && frame < frames).then(|| {
                let (seconds, level) = (spectrum.at(frame, frames), matrix.at(row, frame));
                format!("{seconds:.2} s, {:.0} Hz: {level:.0} dB", centre.run(bands - 1 - row))
            })
        })
    };
    let at =
        move |(_, frame): (usize, usize)| spectrum.at(frame, matrix.with_untracked(|matrix| matrix.columns));
    let pin = move |cell| go.run(at(cell));
    if let Some(pointed) = pointed {
        // Up and down it is the same second.
        let second = Memo::new(move |_| cell.get().map(at));
        Effect::new(move || pointed.set(second.get()));
    }
    let ends = Memo::new(move |_| spectrum.levels.map(|level| format!("{level:.0}")));
    view! {
        <div class="spectrogram">
            <p><Term id="log-mel-spectrogram">"Log-mel spectrogram"</Term></p>
            <HeatMap label axes=spectrum.axes matrix cell pin=Callback::new(pin) pinned=Memo::new(|_| None) nostrip:playhead=playhead />
            <Legend ends quantity="Level (dB)" />
            <p class="small quiet told" aria-live="polite">{move || told().unwrap_or_else(|| "Point at the spectrogram to read a level.".into())}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_band_is_the_first_row() {
        let spectrum = Spectrum { seconds: 1.0, levels: [0.0, 6.0], axes: ["", ""] };
        let matrix = spectrum.matrix(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2);
        assert_eq!((matrix.rows, matrix.columns), (2, 3));
        assert_eq!(matrix.values, [2.0, 4.0, 6.0, 1.0, 3.0, 5.0]);
    }
}
