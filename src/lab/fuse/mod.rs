//! The fusion race: one task, one budget, and many ways to bring a picture and words together.

mod attending;
pub mod batch;
mod contestant;
mod file;
mod fusion;
mod head;
mod judge;
mod modality;
mod network;
mod race;
mod standing;
pub mod task;

pub use contestant::Contestant;
pub use head::WIDTH;
pub use modality::{MODALITIES, Modality};
pub use network::{CELLS, PARAMETERS};
pub use race::{HELD_OUT, Race, Settings};
pub use standing::{Confusion, Learner, Round, Shown, Standing};
