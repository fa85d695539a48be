//! The log-mel spectrogram of what is heard.

use super::player::{LENGTH, Player};
use crate::session::protocol::Command;
use crate::ui::components::heatmap::Matrix;
use crate::ui::components::spectrogram::{Spectrogram, Spectrum};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::ListenTask;
use leptos::prelude::*;

/// Below the first level lies silence.
const SPECTRUM: Spectrum =
    Spectrum { seconds: LENGTH, levels: [-80.0, 10.0], axes: ["Frequency (mel band)", "Time (0 to 2 s)"] };

#[component]
pub fn SpectrogramMap(#[prop(into)] mix: Memo<Shared<Vec<f32>>>, player: Player) -> impl IntoView {
    let app = AppContext::here();
    let matrix = Memo::new(move |_| {
        Shared::new(app.requests.spectrogram.with(|request| match &*request.value {
            Some(found) => SPECTRUM.matrix(&found.decibels, found.centres.len()),
            None => Matrix::default(),
        }))
    });
    let centre = move |band: usize| {
        app.requests.spectrogram.with(|request| {
            let centre = match &*request.value {
                Some(found) => found.centres.get(band).copied(),
                None => None,
            };
            centre.unwrap_or(0.0)
        })
    };
    // What is shown may be of another mixture, until that of now has come.
    let is_stale = Memo::new(move |_| {
        app.requests.spectrogram.with(|request| match request.answered.as_deref() {
            Some(Command::Spectrogram { samples }) => mix.with(|mix| **mix != *samples),
            _ => true,
        })
    });
    let playhead = Memo::new(move |_| player.time.get() / LENGTH);
    // Where a network answers moment by moment, a moment is pointed at.
    let is_pointed = app.pick(|view| view.listen.task == ListenTask::Source);
    let pointed = RwSignal::new(None);
    Effect::new(move || player.point(pointed.get().filter(|_| is_pointed.get())));
    on_cleanup(move || {
        player.pointed.try_set(None);
    });
    view! {
        <div class:stale=move || is_stale.get()>
            <Spectrogram spectrum=SPECTRUM matrix label="Log-mel spectrogram: arrow keys move, Enter goes to that time"
                centre=Callback::new(centre) go=Callback::new(move |seconds| player.go(seconds)) pointed playhead />
        </div>
    }
}
