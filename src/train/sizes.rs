//! Sizes of a batch and of its rows.

use super::schedule::Stage;

/// Sizes of a batch; each combination is a plan of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sizes {
    pub stage: Stage,
    /// Pictures, `B`.
    pub batch: usize,
    /// Tokens of a row that holds a full caption, `T`; of no meaning in a batch without words.
    pub long: usize,
}

/// Tokens of a row that holds a short sentence; a longer one is drawn anew.
pub const SHORT: usize = 20;

/// Tokens of a row that holds a question about one description, with its answer.
pub const ASK_SHORT: usize = 14;

/// Tokens of a row that holds a question about two descriptions, with its answer.
pub const ASK_LONG: usize = 20;

/// Questions per picture of either length.
pub const QUESTIONS: usize = 2;
