//! A button that is switched off by its own press.

use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A button that has the keyboard's focus also while it has nothing to do: `disabled` would let the focus fall to the page.
#[component]
pub fn Button(
    #[prop(default = "button")] class: &'static str,
    /// A press does nothing now.
    #[prop(into)]
    is_idle: Memo<bool>,
    press: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let hear = move |_| {
        if !is_idle.get_untracked() {
            press();
        }
    };
    view! {
        <button type="button" class=class aria-disabled=move || is_idle.get().then_some("true") on:click=hear>
            {children()}</button>
    }
}
