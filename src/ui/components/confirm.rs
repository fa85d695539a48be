//! A deletion that is asked about.

use super::button::Button;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A button that offers the deletion itself beside it; a second press takes the offer back.
#[component]
pub fn ConfirmedDelete(
    /// What the button says.
    words: &'static str,
    /// What is deleted, read aloud.
    #[prop(into)]
    label: String,
    /// The button that does it.
    #[prop(into)]
    confirm: String,
    /// There is nothing to delete now.
    #[prop(into)]
    is_idle: Memo<bool>,
    delete: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let is_open = move || is_asking.get() && !is_idle.get();
    let name = move || if is_open() { "Keep" } else { words };
    let shown_label = move || (!is_open()).then(|| label.clone());
    let act = move || {
        is_asking.set(false);
        delete();
    };
    view! {
        <span class="row">
            <Button is_idle press=move || is_asking.update(|asking| *asking = !*asking)><span aria-hidden="true">{name}</span>
                <span class="aloud">{move || shown_label().unwrap_or_else(|| "Keep".into())}</span></Button>
            {move || is_open().then(|| {
                let (act, confirm) = (act.clone(), confirm.clone());
                view! { <button type="button" class="button" on:click=move |_| act()>{confirm}</button> }
            })}
        </span>
    }
}
