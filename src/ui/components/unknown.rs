//! A note that the address names no room.

use crate::ui::context::AppContext;
use crate::ui::history::{base, unknown};
use crate::ui::memo::Memo;
use crate::ui::navigation::open;
use crate::ui::view::Room;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Characters of the address.
const MOST_SHOWN: usize = 60;

/// Says which address is not known and offers the nearest; nothing in a room that the address names.
#[component]
pub fn UnknownAddress() -> impl IntoView {
    let app = AppContext::here();
    let strange = Memo::new(move |_| {
        app.address.track();
        // An address that names no room shows Home.
        if app.view.with(|view| view.room == Room::Home) { unknown() } else { None }
    });
    move || {
        let (path, nearest) = strange.get()?;
        let path: String = path.chars().take(MOST_SHOWN).collect();
        let address = format!("{}{}", base(), nearest.to_address());
        let title = nearest.room.title();
        let visit = move |event: MouseEvent| open(app, &event, |view| *view = nearest.clone());
        Some(view! {
            <p class="note" role="status"><span>"This page has no address " <b>{path}</b> ". You are at Home."</span>
                <a class="button" href=address on:click=visit>"Go to " {title}</a></p>
        })
    }
}
