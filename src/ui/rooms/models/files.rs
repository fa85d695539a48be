//! A checkpoint in a folder of the visitor's.

use super::folder_import::FolderImport;
use crate::session::protocol::{Lane, ModelName};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Phase;
use leptos::html::Input;
use leptos::prelude::*;

#[component]
pub fn FilesIn() -> impl IntoView {
    let app = AppContext::here();
    let import: FolderImport = expect_context();
    let input = NodeRef::<Input>::new();
    let choose = move |_| {
        let Some(list) = input.get_untracked().and_then(|input| input.files()) else { return };
        import.begin((0..list.length()).filter_map(|at| list.get(at)).collect());
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let words = move || {
        app.requests.imported.with(|taken| {
            let (done, total) = *taken.value;
            format!("Copied {} of {}", format::megabytes(done), format::megabytes(total))
        })
    };
    let is_at_work = Memo::new(move |_| {
        import.is_running.get() && app.requests.imported.with(|taken| taken.failure.is_none())
    });
    // Said here, where the folder was chosen: the list of models may be out of sight.
    let told = move || {
        let name = import.done.get()?;
        let is_active =
            matches!(app.active_model.get(), Some(ModelName::Stored { name: active, .. }) if active == name);
        match (is_active, app.requests.load.with(|load| load.phase)) {
            (true, Phase::Done) => Some(format!("Active model: {name}.")),
            (true, Phase::Failed) => None,
            _ => Some(format!("Loading {name}…")),
        }
    };
    view! {
        <p class="prose">"The folder of a checkpoint with its config.json, tokenizer and safetensors files; they are copied into this
            browser’s storage."</p>
        <div class="row">
            <button type="button" class="button" disabled=move || is_at_work.get() on:click=open><Glyph icon=Icon::Upload />"Choose a folder"</button>
            <input node_ref=input class="aloud" type="file" multiple prop:webkitdirectory=true tabindex="-1" aria-hidden="true" on:change=choose />
            {move || is_at_work.get().then(|| view! { <span role="status">{words}</span> })}
        </div>
        <p role="status" class="imported">{told}</p>
        <FailureNote lane=Lane::Import failure=Memo::new(move |_| app.requests.imported.with(|taken| taken.failure.clone())) />
    }
}
