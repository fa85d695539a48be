//! The session without a worker: the same engine in this process, with a folder in place of the network. For the
//! command line and for tests.

use std::cell::RefCell;
use std::path::PathBuf;

use super::engine::{Host, Session};
use super::protocol::{Command, Event, Reply, Request};

/// Reads files below `root` and collects replies.
struct Folder {
    root: PathBuf,
    replies: RefCell<Vec<Reply>>,
    kept: RefCell<Option<String>>,
}

impl Host for Folder {
    fn emit(&self, reply: Reply) {
        self.replies.borrow_mut().push(reply);
    }

    async fn recall(&self) -> Option<String> {
        self.kept.borrow().clone()
    }

    fn keep(&self, text: String) {
        self.kept.replace(Some(text));
    }

    async fn fetch(&self, url: &str, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Vec<u8>, String> {
        let path = self.root.join(url);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        progress(bytes.len() as u64, Some(bytes.len() as u64));
        Ok(bytes)
    }
}

/// A session and its host.
pub struct LocalClient {
    session: Session,
    host: Folder,
    last_id: u32,
}

impl LocalClient {
    /// URLs are read as paths below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let host = Folder { root: root.into(), replies: RefCell::default(), kept: RefCell::default() };
        LocalClient { session: Session::new(), host, last_id: 0 }
    }

    /// Hands in a request without doing it; returns its id.
    pub fn send(&mut self, command: Command) -> u32 {
        self.last_id += 1;
        self.session.push(Request { id: self.last_id, command });
        self.last_id
    }

    /// Works until nothing is left to do; the replies in their order.
    pub async fn finish(&mut self) -> Vec<Reply> {
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
