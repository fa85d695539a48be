//! The page: a pure state and view, and the rooms that show them.

mod active_model;
mod app;
mod client;
mod colour;
mod components;
mod consent;
mod context;
mod download;
mod entries;
mod fetch;
mod focus;
mod format;
mod gallery;
mod glossary;
mod history;
mod lessons;
mod memo;
mod navigation;
mod pace;
mod popups;
mod projection;
mod ranking;
mod rooms;
mod stage;
pub mod state;
mod text;
mod theme;
mod throttle;
mod training_run;
mod truth;
mod upload;
pub mod view;

pub use app::start;
