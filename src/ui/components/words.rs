//! A sentence whose words can be pointed at.

use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::text::Word;
use leptos::ev::KeyboardEvent;
use leptos::html::Ol;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A word with how sure the model was of it; `None` where it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredWord {
    pub word: Word,
    pub probability: Option<f32>,
}

/// Words as a row of buttons: the pointer or the arrow keys move `here`, a click or Enter pins.
#[component]
pub fn Words(
    label: &'static str,
    #[prop(into)] words: Memo<Vec<ScoredWord>>,
    here: RwSignal<Option<usize>>,
    #[prop(into)] pinned: Memo<Option<usize>>,
    pin: impl Fn(Option<usize>) + Copy + Send + Sync + 'static,
    /// Whether more words are being written.
    #[prop(into)]
    is_growing: Memo<bool>,
    /// Words at which attention missed the object that they name.
    #[prop(optional, into)]
    missed: Memo<Vec<bool>>,
) -> impl IntoView {
    let count = Memo::new(move |_| words.with(Vec::len));
    let list = NodeRef::<Ol>::new();
    let focus = move |index: usize| {
        let item = list.get_untracked().and_then(|list| list.children().item(index as u32));
        if let Some(button) = item.and_then(|item| item.first_element_child()) {
            let _ = button.unchecked_into::<HtmlElement>().focus();
        }
    };
    let walk = move |event: KeyboardEvent, index: usize| {
        let count = words.with_untracked(Vec::len);
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (index + 1).min(count - 1),
            "ArrowLeft" | "ArrowUp" => index.saturating_sub(1),
            "Home" => 0,
            "End" => count - 1,
            "Escape" => return pin(None),
            _ => return,
        };
        event.prevent_default();
        focus(next);
    };
    let toggle = move |index: usize| pin((pinned.get_untracked() != Some(index)).then_some(index));
    let entry = move |index: usize| {
        let said = Memo::new(move |_| words.with(|words| words.get(index).cloned()));
        let text = move || {
            said.get().map(|said| if said.word.text.is_empty() { "(end)".into() } else { said.word.text })
        };
        let is_end = move || said.with(|said| said.as_ref().is_some_and(|said| said.word.text.is_empty()));
        let probability = move || said.with(|said| said.as_ref().and_then(|said| said.probability));
        let sure = move || probability().map(|p| format!("--sure:{p:.3}"));
        let is_missed = Memo::new(move |_| missed.with(|missed| missed.get(index) == Some(&true)));
        // What the line below the word and the mark behind it show.
        let told = move || {
            let sure = probability().map(|p| format!("probability {}", format::percent(p)));
            let miss = is_missed.get().then(|| "attention misses the object".to_string());
            let all: Vec<String> = sure.into_iter().chain(miss).collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        let tab = move || {
            let pinned = pinned.get().filter(|&pinned| pinned < count.get());
            if pinned.unwrap_or(0) == index { "0" } else { "-1" }
        };
        view! {
            <li>
                <button type="button" class="word" class:here=move || here.get() == Some(index) class:end=is_end class:missed=move || is_missed.get()
                    class:given=move || probability().is_none() aria-pressed=move || (pinned.get() == Some(index)).to_string()
                    tabindex=tab style=sure aria-description=told
                    on:pointerenter=move |_| here.set(Some(index)) on:focus=move |_| here.set(Some(index))
                    on:blur=move |_| here.set(None) on:click=move |_| toggle(index)
                    on:keydown=move |event| walk(event, index)>
                    {text}
                </button>
            </li>
        }
    };
    view! {
        <ol class="words" node_ref=list aria-label=label class:growing=move || is_growing.get()
            on:pointerleave=move |_| here.set(None)>
            <For each=move || 0..count.get() key=|index| *index children=entry />
        </ol>
    }
}
