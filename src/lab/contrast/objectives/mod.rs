//! Objectives of pre-training, raced: each trains the same two encoders from the same weights for as many steps; then
//! the encoders are frozen, and three probes of one budget tell what they are good for.

mod report;

pub use report::{Captioning, Objective, Phase, Probing, Settings, Standing};
