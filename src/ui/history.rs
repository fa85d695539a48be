//! The address bar as a view, and a view in the address bar.

use super::view::{Misread, Room, View};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The path of the page's base, `/` or `/triptych/`.
pub fn base() -> String {
    let uri = document().base_uri().ok().flatten().unwrap_or_default();
    let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{}", path.split(['?', '#']).next().unwrap_or_default())
}

/// The view that the address bar names, and what of it cannot be used.
pub fn current() -> (View, Vec<Misread>) {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let query = location.search().unwrap_or_default();
    View::read_address(path.strip_prefix(&base()).unwrap_or_default(), &query)
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

/// Writes the view's own address over one that names it otherwise: by older keys, or with what cannot be used.
pub fn tidy(view: &View) {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    let shown = part(location.pathname()) + &part(location.search());
    let address = format!("{}{}", base(), view.to_address());
    if shown != address && unknown().is_none() {
        let url = address + &part(location.hash());
        // As below.
        let _ = window()
            .history()
            .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&url)));
    }
}

/// Whether a click stays in this tab. One with a modifier is the browser's: it opens another.
pub fn is_ours(event: &MouseEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}

/// The address of the view in the place of the entry that is shown; `shown` is what the address bar has.
pub fn replace(view: &View, shown: RwSignal<String>) {
    write(view, shown, |history, url| history.replace_state_with_url(&JsValue::NULL, "", Some(url)));
}

/// The same as an entry of its own.
pub fn push(view: &View, shown: RwSignal<String>) {
    write(view, shown, |history, url| history.push_state_with_url(&JsValue::NULL, "", Some(url)));
}

/// Brings the address bar to the view, if it shows another.
fn write(
    view: &View,
    shown: RwSignal<String>,
    change: impl FnOnce(&web_sys::History, &str) -> Result<(), JsValue>,
) {
    let address = view.to_address();
    if shown.with_untracked(|shown| *shown != address) || unknown().is_some() {
        // A browser refuses entries that come by the hundred a second; the page goes on without them.
        let _ = window().history().and_then(|history| change(&history, &format!("{}{address}", base())));
        shown.set(address);
    }
}
