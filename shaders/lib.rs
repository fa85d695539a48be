//! The WGSL sources of the engine's kernels, each a constant named after its file: `lib/index.wgsl` is [`LIB_INDEX`].
#![no_std]

include!(concat!(env!("OUT_DIR"), "/sources.rs"));
