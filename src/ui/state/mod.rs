//! What the page knows of the engine.

mod album;
mod album_changes;
mod engine;
#[cfg(test)]
mod fault_tests;
mod faults;
mod library;
mod parts;
mod request;
mod shared;
#[cfg(test)]
mod tests;
mod training;
mod training_changes;
mod ui_state;

pub use album::{Album, Thumbnails};
pub use engine::Engine;
pub use parts::{Download, Embeddings, Writing};
pub use request::{Phase, RequestState};
pub use shared::Shared;
pub use training::{Compared, CorruptionResults, EvaluationPoint, LabRunState, RaceState, Runs};
pub use ui_state::{Requests, UiState};
