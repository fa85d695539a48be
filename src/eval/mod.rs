//! Metrics: pure functions of scores and texts.

pub mod bleu;
pub mod cider;
mod ngrams;
pub mod retrieval;
pub mod rouge;
pub mod text;
