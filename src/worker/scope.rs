//! What the engine needs of its surroundings, by the browser.

use std::io;

use crate::io::picture::{Picture, PictureError};
use crate::pixels::Pixels;
use crate::session::engine::Host;
use crate::session::protocol::{Reply, encode};
use crate::thrown::thrown;
use js_sys::{Array, AsyncIterator, IteratorNext, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Cache, DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemGetDirectoryOptions,
    FileSystemRemoveOptions, Response, StorageEstimate,
};

use crate::worker::directory::{Directory, broken};
use crate::worker::network::Network;
use crate::worker::picture;

/// Where the browser keeps what [`Host::keep`] is given, and under which name.
const CACHE: &str = "triptych";
const KEPT: &str = "kernel-choices.json";
/// The directory of the origin's private file system that is ours.
const OURS: &str = "triptych";

#[derive(Clone)]
pub struct Scope(pub DedicatedWorkerGlobalScope);

impl Scope {
    async fn ours(&self) -> Result<FileSystemDirectoryHandle, JsValue> {
        let root = JsFuture::from(self.0.navigator().storage().get_directory()).await?;
        subdirectory(root.unchecked_into(), OURS).await
    }
}

async fn subdirectory(
    of: FileSystemDirectoryHandle,
    name: &str,
) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    Ok(JsFuture::from(of.get_directory_handle_with_options(name, &options)).await?.unchecked_into())
}

impl Host for Scope {
    type Folder = Directory;
    type Network = Network;

    fn emit(&self, reply: Reply) {
        let buffer = Uint8Array::from(encode(&reply).as_slice()).buffer();
        let moved = Array::of1(&buffer);
        self.0.post_message_with_transfer(&buffer, &moved).expect("a buffer can be transferred");
    }

    async fn recall(&self) -> Option<String> {
        let found = async || -> Result<Option<String>, JsValue> {
            let cache = JsFuture::from(self.0.caches()?.open(CACHE)).await?;
            let found = JsFuture::from(cache.unchecked_into::<Cache>().match_with_str(KEPT)).await?;
            if found.is_undefined() {
                return Ok(None);
            }
            let text = JsFuture::from(found.unchecked_into::<Response>().text()?).await?;
            Ok(text.as_string())
        };
        // A browser may deny storage; then every visit measures anew.
        found().await.unwrap_or_default()
    }

    fn keep(&self, text: String) {
        let scope = self.0.clone();
        spawn_local(async move {
            let put = async || {
                let cache = JsFuture::from(scope.caches()?.open(CACHE)).await?;
                let response = Response::new_with_opt_str(Some(&text))?;
                JsFuture::from(cache.unchecked_into::<Cache>().put_with_str(KEPT, &response)).await
            };
            let _denied: Result<_, JsValue> = put().await;
        });
    }

    async fn fetch(&self, url: &str, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Vec<u8>, String> {
        self.network().whole(url, progress).await
    }

    fn network(&self) -> Network {
        Network(self.0.clone())
    }

    async fn decode(&self, file: &[u8]) -> Result<Picture, PictureError> {
        picture::decode(&self.0, file).await
    }

    async fn encode(&self, picture: &Pixels) -> Result<Vec<u8>, String> {
        picture::encode(picture).await.map_err(|error| thrown(&error))
    }

    async fn folder(&self, name: &str) -> io::Result<Directory> {
        let ours = self.ours().await.map_err(broken)?;
        Ok(Directory(subdirectory(ours, name).await.map_err(broken)?))
    }

    async fn folders(&self) -> io::Result<Vec<String>> {
        let names = async || -> Result<Vec<String>, JsValue> {
            let all: AsyncIterator = self.ours().await?.keys();
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

    async fn remove(&self, name: &str) -> io::Result<()> {
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        let ours = self.ours().await.map_err(broken)?;
        JsFuture::from(ours.remove_entry_with_options(name, &options)).await.map(|_| ()).map_err(broken)
    }

    async fn space(&self) -> Option<u64> {
        let estimate = JsFuture::from(self.0.navigator().storage().estimate().ok()?).await.ok()?;
        let estimate: StorageEstimate = estimate.unchecked_into();
        Some((estimate.get_quota()? - estimate.get_usage().unwrap_or(0.0)).max(0.0) as u64)
    }
}
