//! What a step is about, outlined on the page: a part of the room, and a term of its formula.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// The attribute by which `style/lessons.css` outlines.
const LIT: &str = "data-lit";

fn part(name: &str) -> Option<Element> {
    document().query_selector(&format!("[data-part=\"{name}\"]")).ok().flatten()
}

/// Outlines a part and a term, and nothing else. Rooms fill in their parts as answers come: to be called again. Whether the part is there.
pub fn light(target: Option<&str>, term: Option<&str>) -> bool {
    let target = target.and_then(part);
    let terms = term.and_then(|term| document().query_selector_all(&format!("[data-term=\"{term}\"]")).ok());
    let terms = terms.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.item(at)));
    let wanted: Vec<Element> = terms.filter_map(|node| node.dyn_into().ok()).chain(target.clone()).collect();
    if let Ok(lit) = document().query_selector_all(&format!("[{LIT}]")) {
        let lit = (0..lit.length()).filter_map(|at| lit.item(at)?.dyn_into::<Element>().ok());
        lit.filter(|element| !wanted.contains(element))
            .for_each(|element| drop(element.remove_attribute(LIT)));
    }
    wanted
        .iter()
        .filter(|element| !element.has_attribute(LIT))
        .for_each(|element| drop(element.set_attribute(LIT, "")));
    target.is_some()
}

/// Brings a part into view.
pub fn reveal(name: &str) {
    if let Some(element) = part(name) {
        let options = ScrollIntoViewOptions::new();
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        // What is higher than the window is seen from its beginning.
        let fits = element.get_bounding_client_rect().height() < height / 2.0;
        options.set_block(if fits { ScrollLogicalPosition::Center } else { ScrollLogicalPosition::Start });
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Gives a part the keyboard's focus.
pub fn focus(name: &str) {
    if let Some(element) = part(name).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        if !element.has_attribute("tabindex") {
            let _ = element.set_attribute("tabindex", "-1");
        }
        let _ = element.focus();
    }
}
