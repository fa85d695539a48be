//! The video of a clip, with the outlines of what collides.

use super::player::Player;
use super::stage_clip::StageClip;
use super::tasks::SourceMap;
use super::video::{Video, frame_at};
use crate::ui::memo::Memo;
use crate::ui::stage::outline;
use crate::ui::state::Shared;
use crate::world::language::full_caption;
use leptos::prelude::*;

/// Seconds before and after a collision in which what collides is outlined.
const AROUND: f64 = 0.13;

#[component]
pub fn ClipVideo(#[prop(into)] clip: Memo<Shared<StageClip>>, player: Player) -> impl IntoView {
    let frame = Memo::new(move |_| frame_at(player.seen()));
    let frames = Memo::new(move |_| clip.with(|clip| clip.frames.clone()));
    let label = Memo::new(move |_| {
        clip.with(|clip| format!("A clip that begins with {}", full_caption(&clip.clip.scene).text))
    });
    let colliding = Memo::new(move |_| {
        let now = player.seen();
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
    view! {
        <Video frames label player>
            <SourceMap clip />
            <svg class="marks" viewBox="0 0 64 64" aria-hidden="true">{marks}</svg>
        </Video>
    }
}
