//! What a class has found: files of students' results, counted. They are read here and sent nowhere.

mod batch;
mod table;
mod tally;

use crate::ui::components::confirm::Confirmed;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::entries;
use crate::ui::lessons::{Refused, Results, check_size};
use crate::ui::memo::Memo;
use batch::Batch;
use js_sys::Uint8Array;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use table::Table;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// The files of this visit; they stay while the teacher looks into other rooms.
#[derive(Clone, Copy)]
pub struct Class(RwSignal<Batch>);

impl Class {
    pub fn new() -> Self {
        Class(RwSignal::new(Batch::default()))
    }

    /// Reads one file after the other, and goes on after what is none.
    async fn take(self, files: Vec<File>, unread: Vec<String>) {
        for path in unread {
            self.0.update(|batch| batch.leave_out(&path, &Refused::Unreadable));
        }
        for file in files {
            let results = self.read(&file).await;
            self.0.update(|batch| batch.take(&file.name(), results));
        }
    }

    async fn read(self, file: &File) -> Result<Results, Refused> {
        self.0.with_untracked(Batch::check_room)?;
        check_size(file.size() as u64)?;
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| Refused::Unreadable)?;
        Results::read(&Uint8Array::new(&buffer).to_vec())
    }
}

#[component]
pub fn ClassTable() -> impl IntoView {
    let (app, class) = (AppContext::here(), expect_context::<Class>());
    app.drops.set_value(Some(Callback::new(move |data| {
        let dropped = entries::of(&data);
        spawn_local(async move {
            let (files, unread) = entries::files(dropped).await;
            class.take(files, unread).await;
        });
    })));
    on_cleanup(move || app.drops.set_value(None));
    let input = NodeRef::<Input>::new();
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let choose = move |_| {
        let Some(list) = input.get_untracked().and_then(|input| input.files()) else { return };
        let files = (0..list.length()).filter_map(|at| list.get(at)).collect();
        spawn_local(class.take(files, Vec::new()));
    };
    let results = Memo::new(move |_| class.0.with(|batch| batch.results.clone()));
    let left_out = Memo::new(move |_| class.0.with(|batch| batch.left_out.clone()));
    let is_empty = Memo::new(move |_| class.0.with(|batch| *batch == Batch::default()));
    view! {
        <h2>"Class table"</h2>
        <p class="prose">"At the end of a class, students press “Export my results” in the room Lessons and hand you the file, for example in a shared folder. Choose all
            files here, or drop them on this page: you see what the class predicted and what came out. The files are read by this page only.
            Nothing leaves this computer, and leaving the page forgets them."</p>
        <div class="row">
            <button type="button" class="button" on:click=open><Glyph icon=Icon::Upload />"Choose the files"</button>
            <Confirmed words="Clear" confirm="Clear the class table" is_idle=is_empty act=move || class.0.set(Batch::default()) />
            <input node_ref=input class="aloud" type="file" accept=".json,application/json" multiple tabindex="-1" aria-hidden="true" on:change=choose />
            <span class="quiet small" role="status">{move || results.with(|results| batch::told(results))}</span>
        </div>
        {move || left_out.with(|left_out| !left_out.is_empty()).then(|| view! {
            <details class="left-out" open>
                <summary>{move || left_out.with(|left_out| format!("Left out: {}", left_out.len()))}</summary>
                <ul>{move || left_out.get().into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}</ul>
            </details>
        })}
        <Table results />
    }
}
