//! What opens above the page closes on Escape, on a press outside of it, and when another room is shown.

use super::context::AppContext;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// The chips of the head, of which one is open at a time.
const CHIP: &str = "details.badge[open]";

pub fn follow(app: AppContext) {
    let room = app.pick(|view| view.room);
    Effect::new(move || {
        room.track();
        // The room that is shown already may have been chosen too.
        app.settled.track();
        if let Some(chip) = find(CHIP) {
            close(&chip);
        }
        if let Some(list) =
            find("[popover]:popover-open").and_then(|list| list.dyn_into::<HtmlElement>().ok())
        {
            // A list that closes by itself meanwhile is closed.
            let _ = list.hide_popover();
        }
    });
    let escape = window_event_listener(ev::keydown, |event| {
        if let Some(chip) = find(CHIP).filter(|_| event.key() == "Escape") {
            let summary = chip
                .query_selector("summary")
                .ok()
                .flatten()
                .and_then(|it| it.dyn_into::<HtmlElement>().ok());
            close(&chip);
            // Nothing is lost where it cannot have the focus.
            let _ = summary.map(|summary| summary.focus());
        }
    });
    let press = window_event_listener(ev::pointerdown, |event| {
        let pressed = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if let Some(chip) = find(CHIP).filter(|chip| !chip.contains(pressed.as_ref())) {
            close(&chip);
        }
    });
    on_cleanup(move || {
        escape.remove();
        press.remove();
    });
}

/// None where the browser does not know the selector.
fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn close(chip: &Element) {
    chip.remove_attribute("open").expect("the name is valid");
}
