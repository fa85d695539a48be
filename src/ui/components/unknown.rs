//! A note that the address names no room.

use crate::ui::history::{base, unknown};
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::view::Room;
use leptos::prelude::*;

/// Characters of the address.
const MOST_SHOWN: usize = 60;

/// Says which address is not known and offers the nearest; nothing in a room that the address names.
#[component]
pub fn UnknownAddress() -> impl IntoView {
    let lab = Lab::here();
    let unknown = Memo::new(move |_| {
        lab.settled.track();
        // An address that names no room shows Home.
        if lab.view.with(|view| view.room == Room::Home) { unknown() } else { None }
    });
    let note = move || {
        let (path, nearest) = unknown.get()?;
        let path: String = path.chars().take(MOST_SHOWN).collect();
        let address = format!("{}{}", base(), nearest.to_address());
        let title = nearest.room.title();
        let visit = move |event: leptos::ev::MouseEvent| {
            if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
                event.prevent_default();
                lab.go(|view| *view = nearest.clone());
            }
        };
        Some(view! {
            <p class="note" role="status"><span>"This page has no address " <b>{path}</b> ". You are at Home."</span>
                <a class="button" href=address on:click=visit>"Go to " {title}</a></p>
        })
    };
    note
}
