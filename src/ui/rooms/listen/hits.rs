//! What hits what, and when.

use super::player::Player;
use super::stage_clip::StageClip;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::motion::{Collision, Obstacle, Wall};
use leptos::prelude::*;

/// Seconds for which a hit counts as that of now.
const NOW: f64 = 0.15;

#[component]
pub fn Hits(#[prop(into)] clip: Memo<Shared<StageClip>>, player: Player) -> impl IntoView {
    let current = Memo::new(move |_| {
        let now = player.time.get();
        clip.with(|clip| {
            let mut all = clip.clip.motion.collisions.iter();
            all.rposition(|hit| (-0.005..NOW).contains(&(now - hit.seconds())))
        })
    });
    let item = move |(index, (seconds, sentence)): (usize, (f64, String))| {
        let is_now = move || (current.get() == Some(index)).then_some("true");
        view! {
            <li><button type="button" aria-current=is_now on:click=move |_| player.go(seconds)>
                <data>{format!("{seconds:.2} s")}</data>" "{sentence}</button></li>
        }
    };
    let hits = Memo::new(move |_| {
        clip.with(|clip| {
            let all = clip.clip.motion.collisions.iter();
            all.map(|hit| (hit.seconds(), told(clip, hit))).collect::<Vec<_>>()
        })
    });
    let list = move || {
        match hits.get() {
        none if none.is_empty() => view! { <p class="quiet">"Nothing hits anything in this clip."</p> }.into_any(),
        some => view! { <ol class="hits" data-part="hits" aria-label="Hits, each a button that goes there">{some.into_iter().enumerate().map(item).collect_view()}</ol> }.into_any(),
    }
    };
    view! {
        <h2>"Hits"</h2>
        {list}
    }
}

fn told(clip: &StageClip, hit: &Collision) -> String {
    let one = clip.named(hit.object);
    match hit.with {
        Obstacle::Object(other) => format!("the {one} hits the {}", clip.named(other)),
        Obstacle::Wall(wall) => {
            let side = match wall {
                Wall::Left => "left",
                Wall::Right => "right",
                Wall::Top => "top",
                Wall::Bottom => "bottom",
            };
            format!("the {one} bounces off the {side} border")
        }
    }
}
