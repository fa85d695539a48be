//! A window above the page.

use crate::ui::memo::Memo;
use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A window that Escape, a press outside of it and its last button close.
#[component]
pub fn Window(
    #[prop(default = "")] class: &'static str,
    label: &'static str,
    #[prop(into)] is_open: Memo<bool>,
    close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let window = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let is_wanted = is_open.get();
        let Some(window) = window.get() else { return };
        if is_wanted && !window.open() {
            // A window that is open already stays so.
            let _ = window.show_modal();
        } else if !is_wanted {
            window.close();
        }
    });
    let press = move |event: MouseEvent| {
        // All that is inside lies in a box of its own.
        let is_outside = event.target().is_some_and(|target| {
            window
                .get_untracked()
                .is_some_and(|window| window.unchecked_ref::<web_sys::EventTarget>() == &target)
        });
        if is_outside {
            close.run(());
        }
    };
    view! {
        <dialog node_ref=window class=format!("explanation {class}") aria-label=label on:click=press on:close=move |_| close.run(())>
            <div>
                {children()}
                <button type="button" class="button" on:click=move |_| close.run(())>"Close"</button>
            </div>
        </dialog>
    }
}
