//! The engine as the page sees it: typed commands and events, without transport.

mod abilities;
pub mod baked;
pub mod engine;
pub mod host;
pub mod library;
#[cfg(not(target_arch = "wasm32"))]
pub mod local;
pub mod protocol;
