//! What the engine needs of its surroundings, by the browser.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use crate::device::KernelTuning;
use crate::io::hub::Store;
use crate::io::memory::{DiskOrMemory, MemoryStore};
use crate::io::picture::{Picture, PictureError};
use crate::io::read_at::ReadAt;
use crate::js_error::js_error;
use crate::pixels::Pixels;
use crate::session::host::Host;
use crate::session::protocol::{Reply, encode};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    BroadcastChannel, Cache, DedicatedWorkerGlobalScope, FileSystemDirectoryHandle,
    FileSystemGetDirectoryOptions, Response, StorageEstimate, StorageManager,
};

use crate::worker::directory::{Directory, broken};
use crate::worker::locks::{Lock, lock};
use crate::worker::network::Network;
use crate::worker::picture;

/// Where the browser keeps what [`Host::save_tuning`] is given, under [`KernelTuning::FILE`].
const CACHE: &str = "triptych";
/// The directory of the origin's private file system that is ours.
const OURS: &str = "triptych";

/// The file by which the page finds out whether the browser lets it keep files.
const PROBE: &str = "probe";
/// The channel on which pages tell each other of folders that have changed, by their names.
const CHANGES: &str = "triptych";

#[derive(Clone)]
pub(crate) struct Scope {
    pub global: DedicatedWorkerGlobalScope,
    /// None where the browser has no channels.
    pub changes: Option<BroadcastChannel>,
    memory: MemoryStore,
    /// Tells this page from others.
    page: String,
    /// None before it is asked for; then none where the browser refuses it, as in a private window.
    disk: Rc<RefCell<Option<Option<FileSystemDirectoryHandle>>>>,
}

impl Scope {
    pub(crate) fn new(global: DedicatedWorkerGlobalScope) -> Self {
        let changes = BroadcastChannel::new(CHANGES).ok();
        let page = js_sys::Math::random().to_string();
        Scope { global, changes, memory: MemoryStore::default(), page, disk: Rc::default() }
    }

    /// The directory that is ours, if files in it can be written.
    async fn disk(&self) -> Option<FileSystemDirectoryHandle> {
        let known = self.disk.borrow().clone();
        if let Some(known) = known {
            return known;
        }
        let ours = async || -> Result<FileSystemDirectoryHandle, JsValue> {
            let storage = Reflect::get(&self.global.navigator(), &"storage".into())?;
            if !Reflect::has(&storage, &"getDirectory".into())? {
                return Err(JsValue::UNDEFINED);
            }
            let root = JsFuture::from(storage.unchecked_into::<StorageManager>().get_directory()).await?;
            subdirectory(root.unchecked_into(), OURS).await
        };
        let mut disk = ours().await.ok();
        if let Some(directory) = &disk {
            let probed = Directory(directory.clone()).open(PROBE).await;
            // What is full or busy is a disk all the same.
            let is_disk = |kind| matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::ResourceBusy);
            disk = disk.filter(|_| probed.map_or_else(|error| is_disk(error.kind()), |_| true));
        }
        self.disk.replace(Some(disk.clone()));
        disk
    }

    /// A folder on the disk; none where there is no disk, or the folder is held in memory.
    async fn directory(&self, name: &str) -> io::Result<Option<Directory>> {
        if self.memory.holds(name) {
            return Ok(None);
        }
        match self.disk().await {
            Some(disk) => Ok(Some(Directory(subdirectory(disk, name).await.map_err(broken)?))),
            None => Ok(None),
        }
    }

    /// The lock of a folder; none where it is not to be waited for.
    async fn locked(&self, folder: &str, waits: bool) -> io::Result<Option<Lock>> {
        // What is in memory only this page can reach, but several of its requests.
        let is_shared = !self.memory.holds(folder) && self.disk().await.is_some();
        let page = if is_shared { "" } else { &self.page };
        match lock(&self.global.navigator(), &format!("{OURS}{page}/{folder}"), waits).await {
            // Where cookies are blocked the browser refuses locks too.
            Err(_) if !is_shared => Ok(Some(Lock::free())),
            lock => lock.map_err(broken),
        }
    }

    async fn cache(&self) -> Result<Cache, JsValue> {
        let caches = self.global.caches()?;
        if caches.is_undefined() {
            return Err(JsValue::UNDEFINED);
        }
        Ok(JsFuture::from(caches.open(CACHE)).await?.unchecked_into())
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
    type Folder = DiskOrMemory<Directory>;
    type Network = Network;
    type Lock = Lock;

    fn emit(&self, reply: Reply) {
        let buffer = Uint8Array::from(encode(&reply).as_slice()).buffer();
        let moved = Array::of1(&buffer);
        self.global.post_message_with_transfer(&buffer, &moved).expect("a buffer can be transferred");
    }

    async fn saved_tuning(&self) -> Option<String> {
        let found = async || -> Result<Option<String>, JsValue> {
            let found = JsFuture::from(self.cache().await?.match_with_str(KernelTuning::FILE)).await?;
            if found.is_undefined() {
                return Ok(None);
            }
            let text = JsFuture::from(found.unchecked_into::<Response>().text()?).await?;
            Ok(text.as_string())
        };
        // A browser may deny storage; then every visit measures anew.
        found().await.unwrap_or_default()
    }

    fn save_tuning(&self, text: String) {
        let scope = self.clone();
        spawn_local(async move {
            let put = async || {
                let response = Response::new_with_opt_str(Some(&text))?;
                JsFuture::from(scope.cache().await?.put_with_str(KernelTuning::FILE, &response)).await
            };
            let _denied: Result<_, JsValue> = put().await;
        });
    }

    async fn fetch(&self, url: &str, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Vec<u8>, String> {
        self.network().whole(url, progress).await
    }

    fn network(&self) -> Network {
        Network(self.global.clone())
    }

    async fn decode(&self, file: &[u8]) -> Result<Picture, PictureError> {
        picture::decode(&self.global, file).await
    }

    async fn encode(&self, picture: &Pixels) -> Result<Vec<u8>, String> {
        picture::encode(picture).await.map_err(|error| js_error(&error))
    }

    async fn folder(&self, name: &str) -> io::Result<DiskOrMemory<Directory>> {
        Ok(match self.directory(name).await? {
            Some(directory) => DiskOrMemory::Disk(directory),
            None => DiskOrMemory::Memory(self.memory.folder(name)),
        })
    }

    async fn size(&self, folder: &str, file: &str) -> io::Result<u64> {
        match self.directory(folder).await? {
            Some(directory) => directory.size(file).await,
            None => Ok(self.memory.folder(folder).open(file).await?.size()),
        }
    }

    async fn lock(&self, folder: &str) -> io::Result<Lock> {
        Ok(self.locked(folder, true).await?.expect("a lock that was waited for"))
    }

    async fn try_lock(&self, folder: &str) -> io::Result<Option<Lock>> {
        self.locked(folder, false).await
    }

    fn notify_changed(&self, folder: &str) {
        if let (Some(changes), true) = (&self.changes, self.is_persistent(folder)) {
            // A channel that is closed has nobody to tell.
            let _: Result<(), JsValue> = changes.post_message(&folder.into());
        }
    }

    async fn move_to_memory(&self, folder: &str) -> io::Result<()> {
        match self.directory(folder).await {
            Ok(Some(directory)) => self.memory.copy(folder, &directory, &directory.names().await?).await,
            // Not even the folder could be made: nothing of it is kept.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                self.memory.folder(folder);
                Ok(())
            }
            directory => directory.map(|_| ()),
        }
    }

    fn is_persistent(&self, folder: &str) -> bool {
        !self.memory.holds(folder)
    }

    async fn folders(&self) -> io::Result<Vec<String>> {
        let mut names = self.memory.names();
        if let Some(disk) = self.disk().await {
            let kept = Directory(disk).names().await?;
            names.extend(kept.into_iter().filter(|name| !self.memory.holds(name)));
        }
        Ok(names)
    }

    async fn remove(&self, name: &str) -> io::Result<()> {
        let was_held = self.memory.remove(name);
        let Some(disk) = self.disk().await else { return Ok(()) };
        match Directory(disk).remove(name).await {
            Err(error) if was_held && error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    async fn available_bytes(&self, folder: &str) -> Option<u64> {
        if self.directory(folder).await.ok()?.is_none() {
            return Some(self.memory.available_bytes());
        }
        let estimate = JsFuture::from(self.global.navigator().storage().estimate().ok()?).await.ok()?;
        let estimate: StorageEstimate = estimate.unchecked_into();
        Some((estimate.get_quota()? - estimate.get_usage().unwrap_or(0.0)).max(0.0) as u64)
    }
}
