//! The fusion race: one task, one budget, and many ways to bring two or three modalities together.

mod attending;
pub mod batch;
mod contestant;
mod encoders;
mod evaluate;
mod evaluation;
mod file;
mod fusion;
mod head;
mod information;
mod limits;
mod modality;
mod network;
mod race;
mod settings;
pub mod task;

pub use attending::reader;
pub use contestant::Contestant;
pub use encoders::{grid, tokens};
pub use evaluation::{Confusion, Evaluation, LearnerMetrics, RaceStep, SubsetScore};
pub use head::WIDTH;
pub use limits::{Limit, limit};
pub use modality::Modality;
pub use network::parameter_budget;
pub use race::{HELD_OUT, Race};
pub use settings::RaceSettings;
