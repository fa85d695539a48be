//! Training: objectives as plans, batches from the world, the optimiser's schedule, and the loop that replays them.

pub mod audiovisual;
pub mod batch;
pub mod cells;
#[cfg(not(target_arch = "wasm32"))]
pub mod checkpoint;
mod contrast;
mod labels;
pub mod modality;
pub mod objective;
pub mod referents;
mod rows;
pub mod schedule;
pub mod sizes;
pub mod small_trainer;
pub mod trainer;
pub mod update;
mod verdicts;
