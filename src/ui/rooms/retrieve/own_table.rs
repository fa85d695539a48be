//! A table of the visitor's own, or that of the clip with other readings, by which the gallery is searched.

use crate::session::protocol::{MAX_TABLE, csv_of};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::Clip;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// Bytes of a file that are looked at: one more than are read, so that a longer one is refused as such.
const BYTES: f64 = (MAX_TABLE + 1) as f64;

/// The page's, so that it stays when the room is left: a CSV; none while the clip's own table is looked for.
#[derive(Clone, Copy)]
pub struct OwnTable(RwSignal<Option<Shared<String>>>);

impl OwnTable {
    pub fn new() -> Self {
        OwnTable(RwSignal::new(None))
    }

    /// That of this page.
    pub fn here() -> Self {
        expect_context()
    }

    pub fn csv(self) -> Option<Shared<String>> {
        self.0.get()
    }

    pub fn is_there(self) -> bool {
        self.0.with(Option::is_some)
    }
}

/// The readings as they can be changed, a file instead of them, and the way back.
#[component]
pub fn TableEditor(#[prop(into)] clip: Memo<Shared<Clip>>) -> impl IntoView {
    let OwnTable(own) = OwnTable::here();
    let app = AppContext::here();
    let of_clip = Memo::new(move |_| clip.with(|clip| csv_of(clip)));
    // Of another scene the table is the scene's own.
    let name = Memo::new(move |_| app.picture.with(|picture| picture.name.clone()));
    Effect::new(move |before: Option<()>| {
        name.track();
        if before.is_some() {
            own.set(None);
        }
    });
    let shown = Memo::new(move |_| own.with(|own| own.as_deref().cloned()).unwrap_or_else(|| of_clip.get()));
    let is_unreadable = RwSignal::new(false);
    let hear = move |event| {
        let text = event_target_value(&event);
        is_unreadable.set(false);
        own.set((text != of_clip.get_untracked()).then(|| Shared::new(text)));
    };
    let file = NodeRef::<Input>::new();
    let choose = move |_| {
        let chosen = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(chosen) = chosen else { return };
        spawn_local(async move {
            let Ok(head) = chosen.slice_with_f64_and_f64(0.0, BYTES) else { return };
            // A byte that is no UTF-8 becomes U+FFFD, which is no number.
            let text = JsFuture::from(head.text()).await.ok().and_then(|text| text.as_string());
            is_unreadable.set(text.is_none());
            if let Some(text) = text {
                own.set(Some(Shared::new(text)));
            }
        });
    };
    let open = move |_| {
        if let Some(input) = file.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let is_own = Memo::new(move |_| own.with(Option::is_some));
    view! {
        <details class="own-table">
            <summary>"Your own readings"</summary>
            <label class="field"><span>"Table as CSV; an empty cell is a missing reading"</span>
                <textarea rows="8" spellcheck="false" prop:value=move || shown.get() on:change=hear></textarea></label>
            <div class="row">
                <button type="button" class="button" on:click=open>"Open a CSV file"</button>
                <input node_ref=file class="aloud" type="file" accept=".csv,text/csv" tabindex="-1" aria-hidden="true" on:change=choose />
                <button type="button" class="button" aria-disabled=move || (!is_own.get()).then_some("true") on:click=move |_| own.set(None)>"Back to the clip’s table"</button>
            </div>
            <p class="small quiet" role="status">{move || match is_own.get() {
                _ if is_unreadable.get() => "This file could not be read. Choose it again.",
                true => "The ranking is for your readings, of which there is no right clip.",
                false => "The ranking is for the table of the clip.",
            }}</p>
        </details>
    }
}
