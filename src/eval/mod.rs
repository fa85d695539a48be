//! Measuring: metrics as pure functions of scores and texts, and the figures of the Playroom model.

pub mod bleu;
mod candidate;
pub mod cider;
mod ngrams;
pub mod playroom;
pub mod precision_eval;
pub mod retrieval;
pub mod rouge;
pub mod senses;
pub mod text;

pub use candidate::Candidate;
