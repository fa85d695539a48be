//! The log-mel spectrogram of what is heard.

use super::player::{LENGTH, Player};
use crate::session::protocol::Command;
use crate::ui::components::heatmap::{HeatMap, Legend, Matrix};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// Decibels at the ends of the colours: below the first lies silence.
const ENDS: [f32; 2] = [-80.0, 10.0];

#[component]
pub fn SpectrogramMap(#[prop(into)] mix: Memo<Shared<Vec<f32>>>, player: Player) -> impl IntoView {
    let app = AppContext::here();
    let cell = RwSignal::new(None::<(usize, usize)>);
    let matrix = Memo::new(move |_| {
        Shared::new(app.requests.spectrogram.with(|request| match &*request.value {
            Some(found) => matrix(&found.decibels, found.centres.len()),
            None => Matrix::default(),
        }))
    });
    let told = move || {
        let (row, frame) = cell.get()?;
        let (bands, frames) = matrix.with(|matrix| (matrix.rows, matrix.columns));
        let level = (row < bands && frame < frames).then(|| matrix.with(|matrix| matrix.at(row, frame)))?;
        let hertz = app.requests.spectrogram.with(|request| {
            request.value.as_ref().as_ref().map_or(0.0, |found| found.centres[bands - 1 - row])
        });
        Some(format!("{:.2} s, {hertz:.0} Hz: {level:.0} dB", seconds(frame, frames)))
    };
    let pin = move |(_, frame): (usize, usize)| {
        player.go(seconds(frame, matrix.with_untracked(|matrix| matrix.columns)));
    };
    // What is shown may be of another mixture, until that of now has come.
    let is_stale = Memo::new(move |_| {
        app.requests.spectrogram.with(|request| match request.answered.as_deref() {
            Some(Command::Spectrogram { samples }) => mix.with(|mix| **mix != *samples),
            _ => true,
        })
    });
    let playhead = Memo::new(move |_| player.time.get() / LENGTH);
    view! {
        <div class="spectrogram" class:stale=move || is_stale.get()>
            <p><Term id="log-mel-spectrogram">"Log-mel spectrogram"</Term></p>
            <HeatMap label="Log-mel spectrogram: arrow keys move, Enter goes to that time" axes=["Frequency (mel band)", "Time (0 to 2 s)"]
                matrix cell pin pinned=Memo::new(|_| None) playhead />
            <Legend ends=Memo::new(|_| ENDS.map(|level| format!("{level:.0}"))) quantity="Level (dB)" />
            <p class="small quiet told" aria-live="polite">{move || told().unwrap_or_else(|| "Point at the spectrogram to read a level.".into())}</p>
        </div>
    }
}

/// The second at which a frame is centred.
fn seconds(frame: usize, frames: usize) -> f64 {
    LENGTH * frame as f64 / frames.max(1) as f64
}

/// Bands in rows, the highest first; frames in columns.
fn matrix(decibels: &[f32], bands: usize) -> Matrix {
    let frames = decibels.len().checked_div(bands).unwrap_or(0);
    let values =
        (0..bands).rev().flat_map(|band| (0..frames).map(move |frame| decibels[frame * bands + band]));
    Matrix::new(bands, frames, values.collect()).spanning(ENDS[0], ENDS[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_band_is_the_first_row() {
        let matrix = matrix(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2);
        assert_eq!((matrix.rows, matrix.columns), (2, 3));
        assert_eq!(matrix.values, [2.0, 4.0, 6.0, 1.0, 3.0, 5.0]);
    }
}
