//! The view and the address bar follow each other.

use super::lab::Lab;
use super::view::{Room, View};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

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

/// The address of a room, with the same picture on the stage.
pub fn link(view: &View, room: Room) -> String {
    let view = View { room, ..view.clone() };
    format!("{}{}", base(), view.to_address())
}

/// Pushes an entry for every settled change of the view, and takes the view from the address on Back and Forward.
pub fn follow(lab: Lab) {
    let navigate = use_navigate();
    let location = use_location();
    // What the page itself wrote: the router tells of it later, when the visitor may have moved on.
    let written = StoredValue::new(current().to_address());
    Effect::new(move |earlier: Option<()>| {
        lab.settled.track();
        let address = lab.view.with_untracked(View::to_address);
        if earlier.is_some() && written.with_value(|written| *written != address) {
            let options = NavigateOptions { resolve: false, scroll: false, ..NavigateOptions::default() };
            written.set_value(address.clone());
            navigate(&format!("{}{address}", base()), options);
        }
    });
    Effect::new(move || {
        location.pathname.track();
        location.search.track();
        let shown = current();
        let address = shown.to_address();
        if written.with_value(|written| *written != address) {
            written.set_value(address);
            lab.view.set(shown);
        }
    });
}
