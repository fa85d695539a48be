//! The page as projected and the page within another: marks for the style sheets, and the keys of who presents.

use super::context::AppContext;
use super::lessons::Lessons;
use super::view::View;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// What has arrow keys of its own.
const WALKED: &str = "input:not([type=checkbox]),textarea,select,audio,video,[tabindex='0'],ol.words";
/// What a remote's keys, PageUp and PageDown, belong to.
const PAGED: &str = "textarea,select,[type=range],[role=application]";
/// What Escape clears.
const CLEARED: &str =
    "input:not([type=checkbox],[type=radio],[type=range]),textarea,select,[role=application],ol.words";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Next,
    Previous,
    End,
}

/// What a key does, and where it belongs to what has the focus.
fn act(key: &str) -> Option<(Act, &'static str)> {
    Some(match key {
        "ArrowRight" => (Act::Next, WALKED),
        "ArrowLeft" => (Act::Previous, WALKED),
        "PageDown" => (Act::Next, PAGED),
        "PageUp" => (Act::Previous, PAGED),
        "Escape" => (Act::End, CLEARED),
        _ => return None,
    })
}

pub fn follow(app: AppContext, lessons: Lessons) {
    mark(app, "data-present", |view| view.present);
    mark(app, "data-embed", |view| view.embed);
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_presented = app.view.with_untracked(|view| view.present);
        let Some((act, owner)) = act(&event.key()).filter(|_| is_presented && is_free(&event)) else {
            return;
        };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest(owner).is_ok_and(|owner| owner.is_some())) {
            return;
        }
        let is_done = match act {
            Act::Next => lessons.turn(1),
            Act::Previous => lessons.turn(-1),
            Act::End => {
                app.go(|view| view.present = false);
                true
            }
        };
        if is_done {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether nothing else has taken a key, no window lies above the page, and no other key is held.
fn is_free(event: &KeyboardEvent) -> bool {
    let is_plain = !(event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key());
    let is_covered =
        document().query_selector("dialog[open],:popover-open").is_ok_and(|found| found.is_some());
    is_plain && !event.default_prevented() && !is_covered
}

fn mark(app: AppContext, name: &'static str, is_so: fn(&View) -> bool) {
    let is_so = app.pick(is_so);
    Effect::new(move || {
        if let Some(root) = document().document_element() {
            root.toggle_attribute_with_force(name, is_so.get()).expect("the name is valid");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_and_the_arrow_keys_turn_steps() {
        let acts = ["ArrowRight", "PageDown", "ArrowLeft", "PageUp", "Escape"]
            .map(|key| act(key).map(|(act, _)| act));
        assert_eq!(acts, [Act::Next, Act::Next, Act::Previous, Act::Previous, Act::End].map(Some));
        assert_eq!(act(" "), None);
    }
}
