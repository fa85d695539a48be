//! Files that were dropped on the page, those in dropped folders among them.

use js_sys::{Array, Promise};
use std::collections::VecDeque;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, DataTransferItem, File, FileSystemDirectoryEntry, FileSystemDirectoryReader,
    FileSystemEntry, FileSystemFileEntry,
};

/// Something that was dropped.
pub enum Dropped {
    Entry(FileSystemEntry),
    /// A file that is no entry of a disk, as a picture of another page.
    File(File),
}

/// What was dropped, without text and links. The browser tells it during the event only.
pub fn of(data: &DataTransfer) -> Vec<Dropped> {
    let items = data.items();
    let dropped = |item: DataTransferItem| match item.webkit_get_as_entry() {
        Ok(Some(entry)) => Some(Dropped::Entry(entry)),
        _ => item.get_as_file().ok().flatten().map(Dropped::File),
    };
    let all = (0..items.length()).filter_map(|at| items.get(at));
    all.filter(|item| item.kind() == "file").filter_map(dropped).collect()
}

/// All files below what was dropped, and the paths of what could not be read.
pub async fn files(dropped: Vec<Dropped>) -> (Vec<File>, Vec<String>) {
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    let mut open = VecDeque::from(dropped);
    while let Some(next) = open.pop_front() {
        let entry = match next {
            Dropped::Entry(entry) => entry,
            Dropped::File(file) => {
                found.push(file);
                continue;
            }
        };
        let read = if entry.is_file() {
            file(entry.unchecked_ref()).await.map(|file| found.push(file))
        } else {
            let all = children(entry.unchecked_ref::<FileSystemDirectoryEntry>()).await;
            all.map(|all| open.extend(all.into_iter().map(Dropped::Entry)))
        };
        if read.is_err() {
            unread.push(entry.full_path().trim_start_matches('/').to_string());
        }
    }
    (found, unread)
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
