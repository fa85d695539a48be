//! What is said of a recording.

use super::OwnRecording;
use super::hits::OwnHits;
use super::nearest::OwnNearest;
use crate::ui::memo::Memo;
use crate::ui::rooms::listen::player::Player;
use leptos::prelude::*;

#[component]
pub fn OwnPanel(player: Player) -> impl IntoView {
    let own = OwnRecording::here();
    let is_seen = Memo::new(move |_| own.frames().is_some());
    view! {
        <OwnNearest />
        {move || is_seen.get().then(|| view! { <OwnHits player /> })}
    }
}
