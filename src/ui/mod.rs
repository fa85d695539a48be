//! The page: a pure state and view, and the rooms that show them.

mod app;
mod calm;
mod client;
mod colour;
mod components;
#[allow(dead_code, reason = "until the rooms of live runs use it")]
mod download;
mod history;
mod lab;
mod own;
mod projection;
mod ranking;
mod rooms;
mod show;
mod stage;
pub mod state;
mod text;
mod theme;
mod truth;
pub mod view;

pub use app::start;
