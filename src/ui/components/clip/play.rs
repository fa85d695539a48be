//! A button that plays a sound, and what is said where none can be played.

use super::speaker::Speaker;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn PlaySound(
    samples: Memo<Shared<Vec<f32>>>,
    /// Whose sound it is, read aloud: `Clip 12`.
    name: Memo<String>,
) -> impl IntoView {
    let speaker = Speaker::here();
    let number = speaker.number();
    let action = move || {
        format!("{} the sound of {}", if speaker.plays(number) { "Stop" } else { "Play" }, name.get())
    };
    let icon = move || if speaker.plays(number) { Icon::Pause } else { Icon::Play };
    let press = move |_| samples.with_untracked(|samples| speaker.toggle(number, samples));
    view! {
        <button type="button" class="button" aria-label=action on:click=press>{move || view! { <Glyph icon=icon() /> }}</button>
    }
}

#[component]
pub fn RefusedNote(is_refused: RwSignal<bool>) -> impl IntoView {
    move || {
        is_refused.get().then(|| {
            view! { <p class="small quiet" role="status">"This browser plays no sound here. Everything is also shown."</p> }
        })
    }
}
