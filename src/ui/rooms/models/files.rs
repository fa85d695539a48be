//! A checkpoint that the visitor has as a folder: copied into the browser's private storage piece by piece.

use crate::order;
use crate::session::protocol::{Command, Failure, Lane, WayOn};
use crate::thrown::thrown;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::show;
use js_sys::Uint8Array;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Bytes of a piece.
const PIECE: f64 = (4 << 20) as f64;

/// A copy under way.
#[derive(Clone)]
struct Copying {
    name: String,
    files: Vec<File>,
}

impl Copying {
    /// The files of a model among those that were chosen; none without a `config.json`.
    fn new(files: Vec<File>) -> Option<Self> {
        let mut files: Vec<File> = files.into_iter().filter(|file| is_of_model(&file.name())).collect();
        order::sort_by_key(&mut files, File::name);
        let config = files.iter().find(|file| file.name() == "config.json")?;
        let path =
            js_sys::Reflect::get(config, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let folder =
            path.as_deref().and_then(|path| path.rsplit('/').nth(1)).filter(|folder| !folder.is_empty());
        let name = format!("my {}", folder.unwrap_or("model"));
        Some(Copying { name, files })
    }

    /// The piece that comes after so many bytes.
    async fn piece(&self, done: u64) -> Result<Option<Command>, JsValue> {
        let mut start = done;
        for (at, file) in self.files.iter().enumerate() {
            let size = file.size() as u64;
            if start < size || (size == 0 && start == 0) {
                let end = (start as f64 + PIECE).min(size as f64);
                let blob = file.slice_with_f64_and_f64(start as f64, end)?;
                let bytes = Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec();
                let files = self.files.iter().map(|file| (file.name(), file.size() as u64)).collect();
                let name = self.name.clone();
                return Ok(Some(Command::Take { name, files, file: at as u32, start, bytes }));
            }
            start -= size;
        }
        Ok(None)
    }
}

/// Names that a checkpoint is made of.
fn is_of_model(name: &str) -> bool {
    const PLAIN: [&str; 9] = [
        "config.json",
        "processor_config.json",
        "preprocessor_config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.json",
        "merges.txt",
        "vocab.txt",
    ];
    PLAIN.contains(&name) || name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json")
}

#[component]
pub fn FilesIn() -> impl IntoView {
    let lab = Lab::here();
    let input = NodeRef::<Input>::new();
    let copying = StoredValue::new_local(None::<Copying>);
    let is_copying = RwSignal::new(false);
    let next = move |done: u64| {
        let Some(copy) = copying.get_value() else { return };
        spawn_local(async move {
            match copy.piece(done).await {
                Ok(Some(command)) => lab.ask(command),
                Ok(None) => {
                    copying.set_value(None);
                    is_copying.set(false);
                    lab.go(|view| view.model = copy.name.clone());
                }
                Err(error) => {
                    is_copying.set(false);
                    lab.refuse(Lane::Take, refusal("A file could not be read.", thrown(&error)));
                }
            }
        });
    };
    Effect::new(move || {
        let (is_settled, done) = lab.taken.with(|taken| (taken.is_settled(), taken.value.0));
        if is_settled && is_copying.get_untracked() {
            next(done);
        }
    });
    let choose = move |_| {
        let Some(list) = input.get_untracked().and_then(|input| input.files()) else { return };
        let files = (0..list.length()).filter_map(|at| list.get(at)).collect();
        match Copying::new(files) {
            Some(copy) => {
                copying.set_value(Some(copy));
                is_copying.set(true);
                next(0);
            }
            None => lab.refuse(
                Lane::Take,
                refusal("This folder holds no config.json: it is no model of transformers.", String::new()),
            ),
        }
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let words = move || {
        lab.taken.with(|taken| {
            let (done, total) = *taken.value;
            format!("Copied {} of {}", show::megabytes(done), show::megabytes(total))
        })
    };
    let is_at_work = move || is_copying.get() && lab.taken.with(|taken| taken.failure.is_none());
    view! {
        <p class="prose">"The folder of a checkpoint with its config.json, tokenizer and safetensors files; they are copied into this
            browser’s storage."</p>
        <div class="row">
            <button type="button" class="button" disabled=is_at_work on:click=open><Glyph icon=Icon::Upload />"Choose a folder"</button>
            <input node_ref=input class="aloud" type="file" multiple prop:webkitdirectory=true tabindex="-1" aria-hidden="true" on:change=choose />
            {move || is_copying.get().then(|| view! { <span role="status">{words}</span> })}
        </div>
        <FailureNote lane=Lane::Take failure=Memo::new(move |_| lab.taken.with(|taken| taken.failure.clone())) />
    }
}

fn refusal(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.into(), detail, way_on: WayOn::ChangeInput }
}
