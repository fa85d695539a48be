//! Measuring models: metrics of retrieval and of text, and the figures of the Playroom model.

pub mod playroom;
