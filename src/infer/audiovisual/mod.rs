//! The networks of [`crate::model::audiovisual`] on a device, with what they read and what they tell.

mod cells;
mod hits;
mod inputs;
mod network;
mod spectrum;

pub use cells::cells_of;
use cells::picture_of;
pub use hits::Hit;
use hits::hits;
pub use inputs::{WINDOW_LEAD, events_inputs, separation_inputs, source_inputs, sync_inputs, window_at};
pub use network::Network;
pub use spectrum::Spectrum;
