//! Published checkpoints on a hub: where their files lie, which of them a model needs, and how they come and are kept.
//! Nothing here knows a network or a disk: [`Fetch`] and [`Store`] are what a host brings.

mod download;
mod error;
mod form;
mod manifest;
mod redirect;
mod resolve;
mod response;
mod source;
mod store;
mod stored;
mod transfer;

pub use download::Download;
pub use error::HubError;
pub use form::check;
pub use manifest::{Entry, MANIFEST, Manifest};
pub use redirect::may_answer;
pub use resolve::{Resolved, resolve};
pub use response::{Body, Fetch, PATIENCE, Response, in_time};
pub use source::{Source, key};
pub use store::{Store, Writable, load_manifest, save_manifest};
pub use stored::StoredFiles;
pub use transfer::TransferProgress;
