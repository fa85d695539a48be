//! Operations: formula, WGSL kernel, CPU twin, emitter, backward emitter and test cases of one op in one file.

pub mod case;
pub mod registry;

pub use case::Case;
