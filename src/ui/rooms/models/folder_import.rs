//! A folder of the visitor's on its way into the browser's private storage, piece by piece, whatever room is shown.

use crate::js_error::js_error;
use crate::order;
use crate::session::protocol::{Command, Failure, Lane, Recovery};
use crate::ui::active_model::choose;
use crate::ui::context::AppContext;
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Bytes of a piece.
const PIECE: f64 = (4 << 20) as f64;

/// The copy under way.
#[derive(Clone, Copy)]
pub struct FolderImport {
    app: AppContext,
    folder: StoredValue<Option<Folder>, LocalStorage>,
    pub is_running: RwSignal<bool>,
    /// The model that was copied last.
    pub done: RwSignal<Option<String>>,
}

impl FolderImport {
    pub fn new(app: AppContext) -> Self {
        let import = FolderImport {
            app,
            folder: StoredValue::new_local(None),
            is_running: RwSignal::new(false),
            done: RwSignal::new(None),
        };
        Effect::new(move || {
            let next = app
                .requests
                .imported
                .with(|taken| after(taken.answered.as_deref().filter(|_| taken.is_settled())?));
            if let Some(next) = next
                && import.is_running.get_untracked()
            {
                import.resume(next);
            }
        });
        import
    }

    /// Begins with these files.
    pub fn begin(self, files: Vec<File>) {
        match Folder::new(files) {
            Some(folder) => {
                self.folder.set_value(Some(folder));
                self.is_running.set(true);
                self.done.set(None);
                self.resume((0, 0));
            }
            None => self
                .refuse("This folder holds no config.json: it is no model of transformers.", String::new()),
        }
    }

    /// Hands over the piece that begins there. After the last one the checkpoint is loaded.
    fn resume(self, start: (usize, u64)) {
        let Some(folder) = self.folder.get_value() else { return };
        spawn_local(async move {
            match folder.piece(start).await {
                Ok(Some(command)) => self.app.ask(command),
                Ok(None) => {
                    self.folder.set_value(None);
                    self.is_running.set(false);
                    self.done.set(Some(folder.name.clone()));
                    choose(self.app, &folder.name);
                }
                Err(error) => {
                    self.is_running.set(false);
                    self.refuse("A file could not be read.", js_error(&error));
                }
            }
        });
    }

    fn refuse(self, sentence: &str, detail: String) {
        let failure = Failure { sentence: sentence.into(), detail, recovery: Recovery::ChangeInput };
        self.app.refuse(Lane::Import, failure);
    }
}

/// The files of a checkpoint.
#[derive(Clone)]
struct Folder {
    name: String,
    files: Vec<File>,
}

impl Folder {
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
        Some(Folder { name, files })
    }

    /// The piece that begins in a file of this number at this byte; none behind the last file.
    async fn piece(&self, (at, start): (usize, u64)) -> Result<Option<Command>, JsValue> {
        let Some(file) = self.files.get(at) else { return Ok(None) };
        let end = (start as f64 + PIECE).min(file.size());
        let blob = file.slice_with_f64_and_f64(start as f64, end)?;
        let bytes = Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec();
        let files = self.files.iter().map(|file| (file.name(), file.size() as u64)).collect();
        let name = self.name.clone();
        Ok(Some(Command::Import { name, files, file: at as u32, start, bytes, in_memory: false }))
    }
}

/// The file and the byte with which the piece after this one begins. An empty file is a piece too.
fn after(piece: &Command) -> Option<(usize, u64)> {
    let Command::Import { files, file, start, bytes, .. } = piece else { return None };
    let (at, end) = (*file as usize, start + bytes.len() as u64);
    Some(if end < files.get(at)?.1 { (at, end) } else { (at + 1, 0) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_lead_through_all_files_with_the_empty_ones() {
        let files = vec![("a".to_string(), 3), ("b".to_string(), 0), ("c".to_string(), 1)];
        let piece = |file, start, length| Command::Import {
            name: "my model".into(),
            files: files.clone(),
            file,
            start,
            bytes: vec![0; length],
            in_memory: false,
        };
        let found =
            [piece(0, 0, 2), piece(0, 2, 1), piece(1, 0, 0), piece(2, 0, 1)].map(|piece| after(&piece));
        assert_eq!(found, [Some((0, 2)), Some((1, 0)), Some((2, 0)), Some((3, 0))]);
        assert_eq!(after(&Command::ListModels), None);
    }
}
