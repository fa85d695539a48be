//! Light and dark: the system's choice until the visitor makes one, which this browser then remembers.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::MediaQueryListEvent;

/// Also read by index.html, before the page is here.
const KEY: &str = "theme";

/// Whether the page is dark.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<bool>);

impl Theme {
    pub fn new() -> Self {
        let system = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        let is_dark = match remembered() {
            Some(theme) => theme == "dark",
            None => system.as_ref().is_some_and(|query| query.matches()),
        };
        let theme = Theme(RwSignal::new(is_dark));
        if let Some(query) = system {
            let follow = Closure::<dyn FnMut(_)>::new(move |event: MediaQueryListEvent| {
                if remembered().is_none() {
                    theme.0.set(event.matches());
                }
            });
            query.set_onchange(Some(follow.into_js_value().unchecked_ref()));
        }
        Effect::new(move || {
            if let Some(root) = document().document_element() {
                let name = if theme.is_dark() { "dark" } else { "light" };
                root.set_attribute("data-theme", name).expect("a plain attribute");
            }
        });
        theme
    }

    pub fn here() -> Self {
        expect_context()
    }

    pub fn is_dark(self) -> bool {
        self.0.get()
    }

    pub fn toggle(self) {
        self.0.update(|dark| *dark = !*dark);
        let name = if self.0.get_untracked() { "dark" } else { "light" };
        if let Ok(Some(storage)) = window().local_storage() {
            // Without storage the choice lasts as long as the page.
            let _ = storage.set_item(KEY, name);
        }
    }
}

/// What the visitor chose. Forced colours are the system's, light or dark.
fn remembered() -> Option<String> {
    let forced = window().match_media("(forced-colors: active)").ok().flatten();
    if forced.is_some_and(|query| query.matches()) {
        return None;
    }
    window().local_storage().ok().flatten()?.get_item(KEY).ok().flatten()
}
