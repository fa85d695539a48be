//! Operations: formula, WGSL kernel, CPU twin, emitter, backward emitter and test cases of one op in one file.

pub mod activation;
pub mod case;
mod fast_math;
pub mod registry;

pub use case::Case;
