//! A video, frame by frame.

use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::memo::Memo;
use crate::ui::stage::pixels_of;
use crate::ui::state::Shared;
use crate::world::language::full_caption;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use crate::world::{Clip, render};
use leptos::prelude::*;
use std::time::Duration;

#[component]
pub fn Frames(clip: Memo<Shared<Clip>>, name: Memo<String>) -> impl IntoView {
    let frame = RwSignal::new(0);
    // Rises with every press, so that an earlier run ends.
    let turn = StoredValue::new(0_u32);
    let is_playing = RwSignal::new(false);
    // Drawn when it is shown: sixteen at once would hold the page up.
    let rgba = Memo::new(move |_| {
        let scene = clip.with(|clip| clip.motion.frame(&clip.scene, frame.get()));
        Shared::new(Rgba::from(&pixels_of(render(&scene).rgb)))
    });
    let label = Memo::new(move |_| {
        clip.with(|clip| {
            format!("{}, a clip that begins with {}", name.get(), full_caption(&clip.scene).text)
        })
    });
    let press = move |_| {
        turn.update_value(|turn| *turn += 1);
        let is_on = !is_playing.get_untracked();
        is_playing.set(is_on);
        if is_on {
            frame.set(0);
            advance(frame, is_playing, turn, turn.get_value());
        }
    };
    let action =
        move || format!("{} the video of {}", if is_playing.get() { "Stop" } else { "Play" }, name.get());
    let icon = move || if is_playing.get() { Icon::Pause } else { Icon::Play };
    view! {
        <div class="clip-video">
            <Raster rgba label=label />
            <button type="button" class="button" aria-label=action on:click=press>{move || view! { <Glyph icon=icon() /> }}</button>
        </div>
    }
}

/// Shows the next frame after its time, up to the last.
fn advance(frame: RwSignal<usize>, is_playing: RwSignal<bool>, turn: StoredValue<u32>, own: u32) {
    let next = move || {
        if turn.try_get_value() != Some(own) {
            return;
        }
        if frame.get_untracked() + 1 < FRAMES {
            frame.update(|frame| *frame += 1);
            advance(frame, is_playing, turn, own);
        } else {
            is_playing.set(false);
        }
    };
    set_timeout(next, Duration::from_millis(1000 / u64::from(FRAMES_PER_SECOND)));
}
