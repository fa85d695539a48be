//! The view and the address bar follow each other, and links are followed in this tab.

use super::context::AppContext;
use super::history;
use super::view::{Misread, Room, View};
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

/// Pushes an entry for every settled change of the view, and takes the view from the address on Back and Forward. `misread` is
/// what of the address that was last gone to cannot be used.
pub fn follow(app: AppContext, misread: RwSignal<Vec<Misread>>) {
    app.view.with_untracked(history::tidy);
    let shown = StoredValue::new(app.view.with_untracked(|view| view.room));
    Effect::new(move |earlier: Option<()>| {
        app.settled.track();
        if earlier.is_none() {
            return;
        }
        let room = app.view.with_untracked(|view| {
            history::push(view, app.address);
            view.room
        });
        misread.set(Vec::new());
        // A room begins at its top. Back and Forward scroll as the browser does, to where the page stood when it was pushed.
        if shown.get_value() != room {
            shown.set_value(room);
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    let listener = window_event_listener(ev::popstate, move |_| {
        let (view, unused) = history::current();
        history::tidy(&view);
        shown.set_value(view.room);
        app.address.set(view.to_address());
        misread.set(unused);
        app.view.set(view);
    });
    on_cleanup(move || listener.remove());
}
