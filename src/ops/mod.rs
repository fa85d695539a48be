//! Operations: formula, WGSL kernel, CPU twin, emitter, backward emitter and test cases of one op in one file.

pub mod case;

pub use case::Case;
