//! The keyboard's place: where what has it goes away or is switched off, what stands next to it takes it, not the page.

use super::context::AppContext;
use super::view::Room;
use js_sys::Array;
use leptos::ev;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Element, EventTarget, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit, Node, NodeList,
};

#[wasm_bindgen]
extern "C" {
    type MutationRecord;
    #[wasm_bindgen(method, getter, js_name = addedNodes)]
    fn added_nodes(this: &MutationRecord) -> NodeList;
}

/// What the keyboard can reach.
const REACHABLE: &str =
    ":is(a[href],button,input,select,textarea,summary,[tabindex]):not(:disabled,[tabindex='-1'])";

/// Beyond these nothing is near.
const ENDS: [&str; 4] = ["MAIN", "HEADER", "NAV", "DIALOG"];

/// Where the focus was last.
struct FocusTarget {
    element: Element,
    room: Room,
    /// Its ancestors, the nearest first, each with the child in which it stood.
    path: Vec<(Element, u32)>,
}

impl FocusTarget {
    fn of(element: Element, room: Room) -> Self {
        let mut path = Vec::new();
        let mut child = element.clone();
        while let Some(parent) = child.parent_element() {
            let children = parent.children();
            let index = (0..children.length()).find(|&at| children.item(at).as_ref() == Some(&child));
            path.push((parent.clone(), index.unwrap_or_default()));
            if ENDS.contains(&parent.tag_name().as_str()) {
                break;
            }
            child = parent;
        }
        FocusTarget { element, room, path }
    }

    fn is_lost(&self) -> bool {
        !self.element.is_connected() || self.element.matches(":disabled").unwrap_or_default()
    }

    /// What stands at the place now, or follows it, or else precedes it, in the nearest ancestor that has anything.
    fn successor(&self) -> Option<HtmlElement> {
        (0..self.path.len()).filter(|&at| self.path[at].0.is_connected()).find_map(|at| {
            let reachable = reachable(&self.path[at].0);
            let spot = self.spot(at);
            let found =
                reachable.iter().position(|element| spot.as_ref().is_some_and(|spot| is_from(element, spot)));
            let index = found.or_else(|| reachable.len().checked_sub(1))?;
            Some(reachable[index].clone())
        })
    }

    /// The element that the path leads to from one of its ancestors on, as far as it goes.
    fn spot(&self, ancestor: usize) -> Option<Element> {
        let mut spot = None;
        let mut inside = self.path[ancestor].0.clone();
        for (_, index) in self.path[..=ancestor].iter().rev() {
            let Some(child) = inside.children().item(*index) else { break };
            inside = child.clone();
            spot = Some(child);
        }
        spot
    }
}

/// What the keyboard can reach inside an element, in the order of the page.
fn reachable(inside: &Element) -> Vec<HtmlElement> {
    let found = inside.query_selector_all(REACHABLE).expect("the selector is valid");
    let elements = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok());
    elements.filter(|element| element.offset_width() > 0).collect()
}

/// Whether an element is `spot`, or stands in it or after it.
fn is_from(element: &Node, spot: &Node) -> bool {
    element == spot || spot.compare_document_position(element) & Node::DOCUMENT_POSITION_FOLLOWING != 0
}

/// Follows the focus, and catches it where it would fall.
pub fn keep(app: AppContext) {
    let place = Rc::new(RefCell::new(None::<FocusTarget>));
    let (entered, pressed) = (place.clone(), place.clone());
    let enter = window_event_listener(ev::focusin, move |event| {
        if let Some(element) = event.target().and_then(|target| target.dyn_into().ok()) {
            *entered.borrow_mut() = Some(FocusTarget::of(element, app.view.with_untracked(|view| view.room)));
        }
    });
    // Who presses elsewhere has left the place on purpose.
    let press = window_event_listener(ev::pointerdown, move |event| {
        let is_inside = |place: &FocusTarget| {
            let pressed = event.target().and_then(|target: EventTarget| target.dyn_into::<Node>().ok());
            place.element.contains(pressed.as_ref())
        };
        let is_left = pressed.borrow().as_ref().is_some_and(|place| !is_inside(place));
        if is_left {
            *pressed.borrow_mut() = None;
        }
    });
    on_cleanup(move || {
        enter.remove();
        press.remove();
    });
    let on_change = Closure::<dyn FnMut(Array)>::new(move |records: Array| {
        // What a list puts in another place loses the focus there.
        let moved = place
            .borrow()
            .as_ref()
            .filter(|place| is_nowhere() && is_added(&place.element, &records))
            .and_then(|place| place.element.clone().dyn_into::<HtmlElement>().ok());
        if let Some(element) = moved {
            // As below.
            let _ = element.focus();
        }
        let Some(lost) = place.borrow_mut().take_if(|place| place.is_lost() && has_fallen(place)) else {
            return;
        };
        let is_here = app.view.with_untracked(|view| view.room) == lost.room;
        let next = is_here.then(|| lost.successor()).flatten();
        let main = || document().get_element_by_id("room").and_then(|main| main.dyn_into().ok());
        // What cannot be focused leaves things as they are.
        match next {
            Some(next) => drop(next.focus()),
            // A room is shown from its top, with the head above it.
            None => drop(main().map(|main: HtmlElement| {
                let still = FocusOptions::new();
                still.set_prevent_scroll(true);
                main.focus_with_options(&still)
            })),
        }
    });
    let watch = MutationObserverInit::new();
    watch.set_child_list(true);
    watch.set_subtree(true);
    watch.set_attribute_filter(&Array::of2(&"disabled".into(), &"hidden".into()));
    let observer =
        MutationObserver::new(on_change.into_js_value().unchecked_ref()).expect("a function observes");
    if let Some(body) = document().body() {
        observer.observe_with_options(&body, &watch).expect("the options are valid");
    }
}

/// Whether one of these changes has put an element, which is on the page, where it is.
fn is_added(element: &Element, records: &Array) -> bool {
    let has_added = |record: MutationRecord| {
        let added = record.added_nodes();
        (0..added.length()).any(|at| added.item(at).is_some_and(|node| node.contains(Some(element))))
    };
    element.is_connected() && records.iter().any(|record| has_added(record.unchecked_into()))
}

/// Whether nothing else has taken the focus.
fn has_fallen(place: &FocusTarget) -> bool {
    is_nowhere() || document().active_element().as_ref() == Some(&place.element)
}

fn is_nowhere() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}
