//! What the rooms are built from.

pub mod attention_overlay;
pub mod bars;
pub mod button;
pub mod camera;
pub mod chart;
pub mod editor;
pub mod failure;
pub mod form;
pub mod frame;
pub mod heatmap;
pub mod icon;
pub mod inspector;
pub mod loading;
pub mod picture;
pub mod picture_strip;
pub mod raster;
pub mod run_bar;
pub mod term;
pub mod toolbar;
pub mod unable;
pub mod unknown;
pub mod verdict;
pub mod weights;
pub mod wide_table;
pub mod words;
