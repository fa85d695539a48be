//! Folders of the origin's private file system: nobody sees them but this page.

use std::io;

use crate::io::hub::{Store, Writable};
use crate::io::read_at::ReadAt;
use crate::thrown::thrown;
use js_sys::{AsyncIterator, Function, IteratorNext, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, DomException, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

/// A file that another page has open for a moment, as the shelf reads a manifest, is asked for again so often, after so many
/// milliseconds.
const TRIES: usize = 40;
const PAUSE: i32 = 25;

pub struct Directory(pub FileSystemDirectoryHandle);

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
        for _ in 0..TRIES {
            match JsFuture::from(file.create_sync_access_handle()).await.map_err(broken) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => pause(PAUSE).await,
                handle => return Ok(Handle(handle?.unchecked_into())),
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }
}

impl Directory {
    /// The names of its files.
    pub async fn names(&self) -> io::Result<Vec<String>> {
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

    /// The length of a file, even of one that is open elsewhere; 0 where there is none.
    pub async fn size(&self, name: &str) -> io::Result<u64> {
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
pub struct Handle(FileSystemSyncAccessHandle);

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
pub fn broken(error: JsValue) -> io::Error {
    match error.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "QuotaExceededError" => io::ErrorKind::StorageFull.into(),
        Some(exception) if exception.name() == "NoModificationAllowedError" => {
            io::ErrorKind::ResourceBusy.into()
        }
        Some(exception) if exception.name() == "NotFoundError" => io::ErrorKind::NotFound.into(),
        Some(exception) => io::Error::other(format!("{}: {}", exception.name(), exception.message())),
        None => io::Error::other(thrown(&error)),
    }
}
