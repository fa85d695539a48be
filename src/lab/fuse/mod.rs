//! The fusion race: one task, one budget, and many ways to bring a picture and words together.

mod attending;
pub mod batch;
mod contestant;
mod evaluate;
mod evaluation;
mod file;
mod fusion;
mod head;
mod limits;
mod modality;
mod network;
mod race;
pub mod task;

pub use contestant::Contestant;
pub use evaluation::{Confusion, Evaluation, HeldOutSample, LearnerMetrics, RaceStep};
pub use head::WIDTH;
pub use limits::{Limit, limit};
pub use modality::{MODALITIES, Modality};
pub use network::{CELLS, PARAMETERS};
pub use race::{HELD_OUT, Race, RaceSettings};
