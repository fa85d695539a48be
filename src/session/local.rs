//! The session without a worker: the same engine in this process, with a folder in place of the network. For the
//! command line and for tests.

mod disk;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::engine::Session;
use super::host::Host;
use super::library::{self, ImportLock};
use super::protocol::{Command, Event, Reply, Request};
use crate::io::file_lock::FileLock;
use crate::io::hub::{Body, Fetch, Response, Store};
use crate::io::memory::{DiskOrMemory, MemoryStore};
use crate::io::picture::{Picture, PictureError};
use crate::io::read_at::ReadAt;
use crate::io::{file, image};
use crate::pixels::Pixels;
use disk::{Disk, Room};

/// Reads files below `root` and collects replies.
struct Folder<N> {
    root: PathBuf,
    /// Where folders are kept.
    folders: PathBuf,
    network: N,
    replies: RefCell<Vec<Reply>>,
    tuning: RefCell<Option<String>>,
    memory: MemoryStore,
    room: Room,
}

/// The folder of lock files, among the folders that are kept.
const LOCKS: &str = ".locks";

impl<N: Fetch + Clone> Host for Folder<N> {
    type Folder = DiskOrMemory<Disk>;
    type Network = N;
    /// None where no disk is given.
    type Lock = Option<FileLock>;

    fn emit(&self, reply: Reply) {
        self.replies.borrow_mut().push(reply);
    }

    async fn saved_tuning(&self) -> Option<String> {
        self.tuning.borrow().clone()
    }

    fn save_tuning(&self, text: String) {
        self.tuning.replace(Some(text));
    }

    async fn fetch(&self, url: &str, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Vec<u8>, String> {
        let path = self.root.join(url);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        progress(bytes.len() as u64, Some(bytes.len() as u64));
        Ok(bytes)
    }

    async fn decode(&self, file: &[u8]) -> Result<Picture, PictureError> {
        image::decode(file)
    }

    async fn encode(&self, picture: &Pixels) -> Result<Vec<u8>, String> {
        Ok(image::encode_png(picture))
    }

    fn network(&self) -> N {
        self.network.clone()
    }

    async fn folder(&self, name: &str) -> io::Result<DiskOrMemory<Disk>> {
        let path = self.folders.join(name);
        if !self.memory.holds(name) && !path.exists() {
            self.room.take(1)?;
        }
        match self.memory.holds(name) || fs::create_dir_all(&path).is_err() {
            true => Ok(DiskOrMemory::Memory(self.memory.folder(name))),
            false => Ok(DiskOrMemory::Disk(Disk::new(path, self.room.clone()))),
        }
    }

    async fn size(&self, folder: &str, file: &str) -> io::Result<u64> {
        if self.memory.holds(folder) {
            return Ok(self.memory.folder(folder).open(file).await?.size());
        }
        match fs::metadata(self.folders.join(folder).join(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            metadata => Ok(metadata?.len()),
        }
    }

    async fn lock(&self, folder: &str) -> io::Result<Option<FileLock>> {
        // What no disk keeps is this process's own.
        if self.memory.holds(folder) {
            return Ok(None);
        }
        Ok(FileLock::wait(&self.folders.join(LOCKS).join(folder)).ok())
    }

    async fn try_lock(&self, folder: &str) -> io::Result<Option<Option<FileLock>>> {
        if self.memory.holds(folder) {
            return Ok(Some(None));
        }
        match FileLock::take(&self.folders.join(LOCKS).join(folder)) {
            Ok(None) => Ok(None),
            lock => Ok(Some(lock.ok().flatten())),
        }
    }

    async fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    /// Other processes look for themselves.
    fn notify_changed(&self, _: &str) {}

    async fn move_to_memory(&self, folder: &str) -> io::Result<()> {
        let path = self.folders.join(folder);
        if self.memory.holds(folder) {
            return Ok(());
        }
        let files = entries(&path)?;
        self.memory.copy(folder, &file::Folder(path), &files).await
    }

    fn is_persistent(&self, folder: &str) -> bool {
        !self.memory.holds(folder)
    }

    async fn folders(&self) -> io::Result<Vec<String>> {
        let mut names = self.memory.names();
        if let Ok(kept) = entries(&self.folders) {
            names.extend(kept.into_iter().filter(|name| !self.memory.holds(name)));
        }
        Ok(names)
    }

    async fn remove(&self, name: &str) -> io::Result<()> {
        let was_held = self.memory.remove(name);
        match fs::remove_dir_all(self.folders.join(name)) {
            // Where there is no disk nothing of it is kept.
            Err(_) if was_held || !self.folders.is_dir() => Ok(()),
            removed => removed,
        }
    }

    async fn available_bytes(&self, folder: &str) -> Option<u64> {
        self.memory.holds(folder).then(|| self.memory.available_bytes())
    }
}

/// The names in a folder; none of one that is not there.
fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let all = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        all => all?,
    };
    all.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// No network at all.
#[derive(Clone, Copy)]
pub struct Offline;

impl Fetch for Offline {
    type Body = Nothing;

    async fn pause(&self, _: Duration) {
        std::future::pending().await
    }

    async fn get(&self, _: &str, _: u64) -> Result<Response<Nothing>, String> {
        Err("there is no network here".to_string())
    }
}

/// The body of an answer that never comes.
pub enum Nothing {}

impl Body for Nothing {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        match *self {}
    }
}

/// A session and its host.
pub struct LocalClient<N = Offline> {
    session: Session,
    host: Folder<N>,
    /// For the library, which waits for nothing.
    requests: Vec<Request>,
    import_lock: ImportLock<Option<FileLock>>,
    last_id: u32,
}

impl LocalClient {
    /// URLs are read as paths below `root`; a hub cannot be reached.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self::with_network(root.clone(), root.join("kept"), Offline)
    }
}

impl<N: Fetch + Clone> LocalClient<N> {
    /// With `folders` to keep folders in, and a way to a hub.
    pub fn with_network(root: impl Into<PathBuf>, folders: impl Into<PathBuf>, network: N) -> Self {
        let (root, folders) = (root.into(), folders.into());
        let (replies, tuning) = (RefCell::default(), RefCell::default());
        let host = Folder {
            root,
            folders,
            network,
            replies,
            tuning,
            memory: MemoryStore::default(),
            room: Room::new(u64::MAX),
        };
        LocalClient {
            session: Session::new(),
            host,
            requests: Vec::new(),
            import_lock: ImportLock::default(),
            last_id: 0,
        }
    }

    /// Lets so many bytes more come onto the disk.
    pub fn leave_room(&mut self, bytes: u64) {
        self.host.room.set(bytes);
    }

    /// Hands in a request without doing it; returns its id.
    pub fn send(&mut self, command: Command) -> u32 {
        self.last_id += 1;
        let request = Request { id: self.last_id, command };
        match request.command.lane().is_of_library() {
            true => self.requests.push(request),
            false => self.session.push(request),
        }
        self.last_id
    }

    /// One piece of the engine's work; the replies that it brought.
    pub async fn step(&mut self) -> Vec<Reply> {
        self.session.step(&self.host).await;
        self.host.replies.take()
    }

    /// Works until nothing is left to do; the replies in their order.
    pub async fn finish(&mut self) -> Vec<Reply> {
        for request in std::mem::take(&mut self.requests) {
            library::serve(&self.host, &self.import_lock, request).await;
        }
        while !self.session.is_idle() {
            self.session.step(&self.host).await;
        }
        self.host.replies.take()
    }

    /// The events of one request, done at once.
    pub async fn ask(&mut self, command: Command) -> Vec<Event> {
        let id = self.send(command);
        self.finish().await.into_iter().filter(|reply| reply.id == id).map(|reply| reply.event).collect()
    }
}
