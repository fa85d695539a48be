//! The checkpoints that are kept on this device: offered, downloaded, imported from the visitor's files, listed, deleted.
//! None of this waits for the engine, and the engine waits for none of it.

mod download;
mod folders;
mod id;
mod import;
mod models;
mod offer;
mod serve;
mod storage;

pub use folders::lane_of;
pub(super) use folders::{album_of, folder_of};
pub use id::CheckpointId;
pub use import::ImportLock;
pub(super) use offer::fits;
pub use serve::serve;
pub(super) use storage::{Need, full, storage};
