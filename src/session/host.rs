//! What a session needs of its surroundings.

use super::protocol::Reply;
use crate::io::hub::{Fetch, Store};
use crate::io::picture::{Picture, PictureError};
use crate::pixels::Pixels;
use std::io;
use std::time::Duration;

pub trait Host {
    type Folder: Store;
    type Network: Fetch;
    /// A folder that nobody else touches until this is dropped.
    type Lock;

    /// Hands a reply over to the page.
    fn emit(&self, reply: Reply);

    /// What [`Host::save_tuning`] was last given, on an earlier visit too.
    fn saved_tuning(&self) -> impl Future<Output = Option<String>>;

    /// Keeps what the device has measured of itself for later visits; nothing is lost but time where it cannot be kept.
    fn save_tuning(&self, text: String);

    /// The bytes behind a URL; `progress` is told how many have come, of how many where the server tells.
    fn fetch(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> impl Future<Output = Result<Vec<u8>, String>>;

    /// The picture in a file's bytes, upright and over white, by what [`Header`](crate::io::picture::Header) says of it.
    fn decode(&self, file: &[u8]) -> impl Future<Output = Result<Picture, PictureError>>;

    fn network(&self) -> Self::Network;

    /// A small file of the picture: JPEG, or PNG.
    fn encode(&self, picture: &Pixels) -> impl Future<Output = Result<Vec<u8>, String>>;

    /// The folder that the host keeps under a name of letters that are valid in file names; made where there is none.
    fn folder(&self, name: &str) -> impl Future<Output = io::Result<Self::Folder>>;

    /// The length of a file in a folder, whoever has it open; 0 where there is none.
    fn size(&self, folder: &str, file: &str) -> impl Future<Output = io::Result<u64>>;

    /// Waits until no other page of this browser, or process, has locked the folder of this name, and locks it. Every change
    /// of a folder happens under its lock.
    fn lock(&self, folder: &str) -> impl Future<Output = io::Result<Self::Lock>>;

    /// The same without waiting; none where the folder is locked.
    fn try_lock(&self, folder: &str) -> impl Future<Output = io::Result<Option<Self::Lock>>>;

    /// Lets some time pass.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> {
        let network = self.network();
        async move { network.pause(time).await }
    }

    /// Tells the other pages of this browser that a folder has changed.
    fn notify_changed(&self, folder: &str);

    /// Holds a folder in memory from now on, with what is kept of it.
    fn move_to_memory(&self, folder: &str) -> impl Future<Output = io::Result<()>>;

    /// Whether what is in the folder is there on the next visit; it is held in memory otherwise. A folder to which no disk is
    /// given is held in memory from the first [`Host::folder`] on.
    fn is_persistent(&self, folder: &str) -> bool;

    /// The names of all folders that are kept.
    fn folders(&self) -> impl Future<Output = io::Result<Vec<String>>>;

    /// Deletes a folder with what is in it.
    fn remove(&self, name: &str) -> impl Future<Output = io::Result<()>>;

    /// Bytes that may still come into the folder, where the host knows.
    fn available_bytes(&self, folder: &str) -> impl Future<Output = Option<u64>>;
}
