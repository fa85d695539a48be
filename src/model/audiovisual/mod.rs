//! Networks that hear and see the same clip, or draw what only another modality tells, one for each task, each trained by itself
//! beside the frozen encoders.
//!
//! Shapes: `N` samples, `F` frames of a video, `G` cells on a side of a frame, `P = G * G`, `D` width, `S` samples of a waveform.

mod config;
pub mod events;
pub mod reconstruction;
pub mod separation;
pub mod source;
pub mod sync;

pub use config::{Config, MODEL_TYPE, Task};
