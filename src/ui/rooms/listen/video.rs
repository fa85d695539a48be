//! The frame that is seen, with the outlines of what collides.

use super::player::Player;
use super::stage_clip::StageClip;
use super::tasks::SourceMap;
use crate::ui::components::raster::Raster;
use crate::ui::memo::Memo;
use crate::ui::stage::outline;
use crate::ui::state::Shared;
use crate::world::language::full_caption;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use leptos::prelude::*;

/// Seconds before and after a collision in which what collides is outlined.
const AROUND: f64 = 0.13;

#[component]
pub fn Video(#[prop(into)] clip: Memo<Shared<StageClip>>, player: Player) -> impl IntoView {
    let frame = Memo::new(move |_| frame_at(player.time.get()));
    let rgba = Memo::new(move |_| clip.with(|clip| clip.frames[frame.get()].clone()));
    let label = Memo::new(move |_| {
        clip.with(|clip| format!("A clip that begins with {}", full_caption(&clip.clip.scene).text))
    });
    let colliding = Memo::new(move |_| {
        let now = player.time.get();
        clip.with(|clip| {
            let near = clip.clip.motion.collisions.iter().filter(|hit| (hit.seconds() - now).abs() < AROUND);
            let mut objects: Vec<usize> = near.flat_map(|hit| hit.objects()).collect();
            objects.sort_unstable();
            objects.dedup();
            objects
        })
    });
    let marks = move || {
        let frame = frame.get();
        let path = |object: usize| {
            let d = clip.with(|clip| outline(&clip.masks[frame][object]));
            view! { <path class="under" d=d.clone() /><path class="outline" d=d /> }
        };
        colliding.get().into_iter().map(path).collect_view()
    };
    let about =
        move || format!("Frame {} of {FRAMES}, {FRAMES_PER_SECOND} frames per second", frame.get() + 1);
    view! {
        <figure class="picture">
            <div class="frame">
                <Raster rgba label=label />
                <SourceMap clip />
                <svg class="marks" viewBox="0 0 64 64" aria-hidden="true">{marks}</svg>
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
