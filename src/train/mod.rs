//! Training: objectives as plans, batches from the world, the optimiser's schedule, and the loop that replays them.

pub mod batch;
pub mod cells;
pub mod fits;
#[cfg(not(target_arch = "wasm32"))]
pub mod checkpoint;
pub mod objective;
pub mod schedule;
pub mod trainer;
