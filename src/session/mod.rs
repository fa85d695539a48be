//! The engine as the page sees it: typed commands and events, without transport.

pub mod baked;
pub mod engine;
#[cfg(not(target_arch = "wasm32"))]
pub mod local;
pub mod protocol;
