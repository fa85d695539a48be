//! The engine as the page sees it: typed commands and events, without transport.

pub mod engine;
pub mod protocol;
