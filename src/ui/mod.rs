//! The page: a pure state and view, and the rooms that show them.

mod app;
mod calm;
mod client;
mod colour;
mod components;
mod consent;
mod download;
mod entries;
mod focus;
mod history;
mod lab;
mod live;
mod memo;
mod own;
mod projection;
mod ranking;
mod rooms;
mod show;
mod speaking;
mod stage;
pub mod state;
mod text;
mod theme;
mod truth;
pub mod view;

pub use app::start;
