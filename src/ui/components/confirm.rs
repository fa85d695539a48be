//! A loss that is asked about.

use super::button::Button;
use super::icon::{Glyph, Icon};
use crate::ui::memo::Memo;
use leptos::html::Span;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A button that offers the act itself beside it; a second press takes the offer back.
#[component]
pub fn Confirmed(
    /// What the button says.
    words: &'static str,
    #[prop(optional)] icon: Option<Icon>,
    /// Of what, read aloud after the words.
    #[prop(into, optional)]
    of: Memo<String>,
    /// The button that does it.
    #[prop(into)]
    confirm: Memo<String>,
    /// There is nothing to lose now.
    #[prop(into)]
    is_idle: Memo<bool>,
    act: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let is_open = move || is_asking.get() && !is_idle.get();
    let name = move || if is_open() { "Keep" } else { words };
    let row = NodeRef::<Span>::new();
    let act = move || {
        // The pressed button goes; the keyboard's focus must not go with it.
        let first = row.get_untracked().and_then(|row| row.query_selector("button").ok().flatten());
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            // A button that cannot be focused is no loss.
            let _ = first.focus();
        }
        is_asking.set(false);
        act();
    };
    view! {
        <span class="row" node_ref=row>
            <Button is_idle press=move || is_asking.update(|asking| *asking = !*asking)>{icon.map(|icon| view! { <Glyph icon /> })}
                {name}<span class="aloud">" "{move || (!is_open()).then(|| of.get())}</span></Button>
            {move || is_open().then(|| {
                let act = act.clone();
                view! { <button type="button" class="button" on:click=move |_| act()>{move || confirm.get()}</button> }
            })}
        </span>
    }
}
