//! The video of a recording, where it has one.

use super::OwnRecording;
use crate::ui::components::raster::Rgba;
use crate::ui::memo::Memo;
use crate::ui::rooms::listen::player::Player;
use crate::ui::rooms::listen::video::Video;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn OwnStage(player: Player) -> impl IntoView {
    let own = OwnRecording::here();
    let is_seen = Memo::new(move |_| own.frames().is_some());
    let frames = Memo::new(move |_| {
        let all = own.frames();
        let all = all.iter().flat_map(|frames| frames.iter());
        Shared::new(all.map(|frame| Shared::new(Rgba::from(frame))).collect::<Vec<_>>())
    });
    let label = Memo::new(move |_| {
        own.recording.with(|of| of.as_ref().map_or_else(String::new, |of| format!("Your video {}", of.name)))
    });
    move || is_seen.get().then(|| view! { <Video frames label player /> })
}
