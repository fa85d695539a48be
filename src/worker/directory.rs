//! Folders of the origin's private file system: nobody sees them but this page.

use std::io;

use crate::io::hub::{Store, Writable};
use crate::io::read_at::ReadAt;
use crate::js_error::js_error;
use js_sys::{AsyncIterator, Function, IteratorNext, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, DomException, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions,
    FileSystemSyncAccessHandle,
};

/// A file that another page has open for a moment, as the list of models reads a manifest, is asked for again so often, after so many
/// milliseconds.
const TRIES: usize = 40;
const PAUSE: i32 = 25;

pub(crate) struct Directory(pub FileSystemDirectoryHandle);

impl Store for Directory {
    type File = Handle;

    async fn open(&self, name: &str) -> io::Result<Handle> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = JsFuture::from(self.0.get_file_handle_with_options(name, &options)).await;
        let file: FileSystemFileHandle = file.map_err(broken)?.unchecked_into();
        if !Reflect::has(&file, &"createSyncAccessHandle".into()).map_err(broken)? {
            return Err(io::ErrorKind::Unsupported.into());
        }
        patiently(async || Opening::of(&file).await).await
    }
}

/// Tries again what fails because another page has a file open.
async fn patiently<T>(attempt: impl AsyncFn() -> Result<T, JsValue>) -> io::Result<T> {
    for _ in 0..TRIES {
        match attempt().await.map_err(broken) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => pause(PAUSE).await,
            done => return done,
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// A file that is being opened. Whoever no longer waits for it would leave it open, and nobody else could open it.
struct Opening(Option<Promise>);

impl Opening {
    async fn of(file: &FileSystemFileHandle) -> Result<Handle, JsValue> {
        let opening = file.create_sync_access_handle();
        let mut unwanted = Opening(Some(opening.clone()));
        let opened = JsFuture::from(opening).await;
        unwanted.0 = None;
        Ok(Handle(opened?.unchecked_into()))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let Some(opening) = self.0.take() else { return };
        spawn_local(async move {
            let opened: Result<JsValue, JsValue> = JsFuture::from(opening).await;
            drop(opened.map(|handle| Handle(handle.unchecked_into())));
        });
    }
}

impl Directory {
    /// The names of its files.
    pub(crate) async fn names(&self) -> io::Result<Vec<String>> {
        let names = async || -> Result<Vec<String>, JsValue> {
            let all: AsyncIterator = self.0.keys();
            let mut names = Vec::new();
            loop {
                let next: IteratorNext = JsFuture::from(all.next()?).await?.unchecked_into();
                if next.done() {
                    return Ok(names);
                }
                names.extend(next.value().as_string());
            }
        };
        names().await.map_err(broken)
    }

    /// Deletes a folder in it with all its files.
    pub(crate) async fn remove(&self, name: &str) -> io::Result<()> {
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        let removed =
            patiently(async || JsFuture::from(self.0.remove_entry_with_options(name, &options)).await).await;
        removed.map(drop)
    }

    /// The length of a file, even of one that is open elsewhere; 0 where there is none.
    pub(crate) async fn size(&self, name: &str) -> io::Result<u64> {
        let size = async || -> Result<f64, JsValue> {
            let file: FileSystemFileHandle =
                JsFuture::from(self.0.get_file_handle(name)).await?.unchecked_into();
            Ok(JsFuture::from(file.get_file()).await?.unchecked_into::<Blob>().size())
        };
        match size().await.map_err(broken) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            size => size.map(|size| size as u64),
        }
    }
}

/// Waits so many milliseconds.
async fn pause(milliseconds: i32) {
    let over = Promise::new(&mut |resolve: Function, _| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let set = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        set.expect("workers have timers");
    });
    JsFuture::from(over).await.expect("a timer ends");
}

/// An open file, which nobody else can open meanwhile.
pub(crate) struct Handle(FileSystemSyncAccessHandle);

impl ReadAt for Handle {
    fn size(&self) -> u64 {
        self.0.get_size().map_or(0, |size| size as u64)
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let count = self.0.read_with_u8_array_and_options(bytes, &at(start)).map_err(broken)?;
        match count as usize == bytes.len() {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl Writable for Handle {
    fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        let count = self.0.write_with_u8_array_and_options(bytes, &at(start)).map_err(broken)?;
        match count as usize == bytes.len() {
            true => Ok(()),
            false => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.truncate_with_f64(size as f64).map_err(broken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(broken)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn at(start: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(start as f64);
    options
}

/// The browser's exception as an error of input and output.
pub(crate) fn broken(error: JsValue) -> io::Error {
    match error.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "QuotaExceededError" => io::ErrorKind::StorageFull.into(),
        Some(exception) if exception.name() == "NoModificationAllowedError" => {
            io::ErrorKind::ResourceBusy.into()
        }
        Some(exception) if exception.name() == "NotFoundError" => io::ErrorKind::NotFound.into(),
        Some(exception) => io::Error::other(format!("{}: {}", exception.name(), exception.message())),
        None => io::Error::other(js_error(&error)),
    }
}
