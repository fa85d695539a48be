//! The engine as the page sees it: typed commands and events, without transport.

pub mod baked;
pub mod engine;
pub mod protocol;
