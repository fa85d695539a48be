//! The view and the address bar follow each other.

use super::lab::Lab;
use super::view::{Room, View};
use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The path of the page's base, `/` or `/triptych/`.
pub fn base() -> String {
    let uri = document().base_uri().ok().flatten().unwrap_or_default();
    let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{}", path.split(['?', '#']).next().unwrap_or_default())
}

/// The view that the address bar names.
pub fn current() -> View {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let query = location.search().unwrap_or_default();
    View::from_address(path.strip_prefix(&base()).unwrap_or_default(), &query)
}

/// The path of the address bar where it names no room, and the view of the nearest room with the same query.
pub fn unknown() -> Option<(String, View)> {
    let location = window().location();
    let path = location.pathname().ok()?;
    let path = path.strip_prefix(&base())?;
    let nearest = Room::nearest(path)?;
    let query = location.search().unwrap_or_default();
    let path = js_sys::decode_uri_component(path).map_or_else(|_| path.to_owned(), String::from);
    Some((path, View::from_address(&nearest.to_string(), &query)))
}

/// The address of a room, with the same picture on the stage.
pub fn link(view: &View, room: Room) -> String {
    let view = View { room, ..view.clone() };
    format!("{}{}", base(), view.to_address())
}

/// Goes to a room for a click on its link.
pub fn visit(lab: Lab, room: Room, event: &MouseEvent) {
    open(lab, event, |view| view.room = room);
}

/// Changes the view for a click on a link that stays in this tab.
pub fn open(lab: Lab, event: &MouseEvent, change: impl FnOnce(&mut View)) {
    if is_ours(event) {
        event.prevent_default();
        lab.go(change);
    }
}

/// Whether a click stays in this tab. One with a modifier is the browser's: it opens another.
pub fn is_ours(event: &MouseEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}

/// The address of the view in the place of the entry that is shown.
pub fn replace(lab: Lab) {
    write(lab, |history, url| history.replace_state_with_url(&JsValue::NULL, "", Some(url)));
}

/// Brings the address bar to the view, if it shows another.
fn write(lab: Lab, change: impl FnOnce(&web_sys::History, &str) -> Result<(), JsValue>) {
    let address = lab.view.with_untracked(View::to_address);
    if lab.address.with_untracked(|shown| *shown != address) || unknown().is_some() {
        // A browser refuses entries that come by the hundred a second; the page goes on without them.
        let _ = window().history().and_then(|history| change(&history, &format!("{}{address}", base())));
        lab.address.set(address);
    }
}

/// Pushes an entry for every settled change of the view, and takes the view from the address on Back and Forward.
pub fn follow(lab: Lab) {
    Effect::new(move |earlier: Option<()>| {
        lab.settled.track();
        if earlier.is_some() {
            write(lab, |history, url| history.push_state_with_url(&JsValue::NULL, "", Some(url)));
        }
    });
    let listener = window_event_listener(ev::popstate, move |_| {
        let view = current();
        lab.address.set(view.to_address());
        lab.view.set(view);
    });
    on_cleanup(move || listener.remove());
}
