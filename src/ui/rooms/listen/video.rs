//! The frame of a video that is seen.

use super::player::Player;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use leptos::prelude::*;

#[component]
pub fn Video(
    /// [`FRAMES`] of them.
    #[prop(into)]
    frames: Memo<Shared<Vec<Shared<Rgba>>>>,
    #[prop(into)] label: Memo<String>,
    player: Player,
    /// What lies over the frame.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let frame = Memo::new(move |_| frame_at(player.seen()));
    let rgba = Memo::new(move |_| frames.with(|frames| frames[frame.get()].clone()));
    let about =
        move || format!("Frame {} of {FRAMES}, {FRAMES_PER_SECOND} frames per second", frame.get() + 1);
    view! {
        <figure class="picture" data-part="picture">
            <div class="frame">
                <Raster rgba label=label />
                {children.map(|children| children())}
            </div>
            <figcaption class="small quiet">{about}</figcaption>
        </figure>
    }
}

/// The frame that is shown at a second.
pub fn frame_at(seconds: f64) -> usize {
    ((seconds * f64::from(FRAMES_PER_SECOND)) as usize).min(FRAMES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frame_is_shown_for_an_eighth_of_a_second() {
        assert_eq!([0.0, 0.124, 0.125, 1.9, 2.0].map(frame_at), [0, 0, 1, 15, 15]);
    }
}
