//! Published checkpoints on a hub: where their files lie, which of them a model needs, and how they come and are kept.
//! Nothing here knows a network or a disk: [`Fetch`] and [`Store`] are what a host brings.

mod answer;
mod download;
mod error;
mod form;
mod kept;
mod manifest;
mod redirect;
mod source;
mod store;
mod survey;
mod transfer;

pub use answer::{Answer, Body, Fetch, PATIENCE, in_time};
pub use download::Download;
pub use error::HubError;
pub use form::check;
pub use kept::Kept;
pub use manifest::{Entry, MANIFEST, Manifest};
pub use redirect::may_answer;
pub use source::{Source, key};
pub use store::{Store, Writable, keep, manifest};
pub use survey::{Survey, survey};
pub use transfer::Progress;
