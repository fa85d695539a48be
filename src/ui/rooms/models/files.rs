//! A checkpoint that the visitor has as a folder.

use super::folder_import::FolderImport;
use crate::session::protocol::Lane;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
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
    view! {
        <p class="prose">"The folder of a checkpoint with its config.json, tokenizer and safetensors files; they are copied into this
            browser’s storage."</p>
        <div class="row">
            <button type="button" class="button" disabled=move || is_at_work.get() on:click=open><Glyph icon=Icon::Upload />"Choose a folder"</button>
            <input node_ref=input class="aloud" type="file" multiple prop:webkitdirectory=true tabindex="-1" aria-hidden="true" on:change=choose />
            {move || is_at_work.get().then(|| view! { <span role="status">{words}</span> })}
        </div>
        <FailureNote lane=Lane::Import failure=Memo::new(move |_| app.requests.imported.with(|taken| taken.failure.clone())) />
    }
}
