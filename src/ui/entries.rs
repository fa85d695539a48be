//! Files that were dropped on the page, those in dropped folders among them.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry,
};

/// What was dropped. The browser tells it during the event only.
pub fn of(data: &DataTransfer) -> Vec<FileSystemEntry> {
    let items = data.items();
    (0..items.length()).filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten()).collect()
}

/// All files below them; what cannot be read is passed over.
pub async fn files(entries: Vec<FileSystemEntry>) -> Vec<File> {
    let mut open = entries;
    let mut found = Vec::new();
    while let Some(entry) = open.pop() {
        if entry.is_file() {
            found.extend(file(entry.unchecked_ref()).await.ok());
        } else {
            open.extend(
                children(entry.unchecked_ref::<FileSystemDirectoryEntry>()).await.unwrap_or_default(),
            );
        }
    }
    found
}

async fn file(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let entry = entry.clone();
    let file = promised(|done, failed| entry.file_with_callback_and_callback(done, failed)).await?;
    Ok(file.unchecked_into())
}

/// A reader hands out a hundred entries or so at a time, and none at the end.
async fn children(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let next = promised(|done, failed| {
            reader.read_entries_with_callback_and_callback(done, failed).expect("a reader reads");
        });
        let batch: Array = next.await?.unchecked_into();
        if batch.length() == 0 {
            return Ok(all);
        }
        all.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

/// What calls one of two functions back, as a promise.
async fn promised(call: impl FnOnce(&js_sys::Function, &js_sys::Function)) -> Result<JsValue, JsValue> {
    let mut call = Some(call);
    let promise = Promise::new(&mut |done, failed| {
        if let Some(call) = call.take() {
            call(&done, &failed);
        }
    });
    JsFuture::from(promise).await
}
