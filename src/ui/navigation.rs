//! The view and the address bar follow each other, and links are followed in this tab.

use super::context::AppContext;
use super::history;
use super::view::{Room, View};
use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;

/// Goes to a room for a click on its link.
pub fn visit(app: AppContext, room: Room, event: &MouseEvent) {
    open(app, event, |view| view.room = room);
}

/// Changes the view for a click on a link that stays in this tab.
pub fn open(app: AppContext, event: &MouseEvent, change: impl FnOnce(&mut View)) {
    if history::is_ours(event) {
        event.prevent_default();
        app.go(change);
    }
}

/// Pushes an entry for every settled change of the view, and takes the view from the address on Back and Forward.
pub fn follow(app: AppContext) {
    Effect::new(move |earlier: Option<()>| {
        app.settled.track();
        if earlier.is_some() {
            app.view.with_untracked(|view| history::push(view, app.address));
        }
    });
    let listener = window_event_listener(ev::popstate, move |_| {
        let view = history::current();
        app.address.set(view.to_address());
        app.view.set(view);
    });
    on_cleanup(move || listener.remove());
}
