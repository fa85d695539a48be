//! The inspector of the room.

use super::stage_clip::StageClip;
use super::tasks::{OwnRecording, Recording};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::ListenTask;
use leptos::prelude::*;

#[component]
pub fn Notes(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let is_own = AppContext::here().pick(|view| view.listen.task == ListenTask::Own);
    let recording = OwnRecording::here().recording;
    publish(move || {
        let hits = clip.with(|clip| clip.clip.motion.collisions.len());
        if is_own.get() { Vec::new() } else { vec![("listen.hits".to_owned(), hits as f64)] }
    });
    let figures = Memo::new(move |_| {
        if is_own.get() {
            let length = |of: &Shared<Recording>| Figure::new("Length", format!("{:.2} s", of.seconds));
            return recording.with(|recording| recording.iter().map(length).collect());
        }
        clip.with(|clip| {
            let motion = &clip.clip.motion;
            let count = clip.clip.scene.objects.len();
            let moving = (0..count).filter(|&object| motion.moves(object)).count();
            vec![
                Figure::new("Hits", motion.collisions.len().to_string()),
                Figure::new("Objects that move", format!("{moving} of {count}")),
            ]
        })
    });
    let formula = view! {
        <var>"S"</var><sub>"f,m"</sub>" = 10 log"<sub>"10"</sub>" Σ"<sub>"k"</sub>" "<var>"M"</var><sub>"m,k"</sub>" |"<var>"X"</var><sub>"f,k"</sub>"|"<sup>"2"</sup>
    };
    view! {
        <Inspector title="Two senses, one event" section="16" formula=formula.into_any() figures>
            <p>"Video and sound are two views of one event. A hit is seen as a change of direction and heard at the same moment, so each can
                tell what the other misses."</p>
            <p>"In Playroom the shape sets the " <Term id="timbre">"timbre"</Term> ", the size sets the pitch (large is low), and the texture makes the
                tone throb. An object hums while it moves and sounds loudest when it hits."</p>
            <p>"Sound cannot tell everything: colour is inaudible, and so is the place. An object that stays still and is not hit is silent."</p>
            <p>"The spectrogram splits the sound into 128 frames and 64 bands of frequency. "<var>"X"</var>" is the Fourier transform of a frame, "
                <var>"M"</var>" sums its bins into bands."</p>
        </Inspector>
    }
}
