//! The values that grow event by event.

use crate::session::protocol::{Hypothesis, Progress, Token};

/// The embeddings of a gallery, row after row, as far as they have come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embeddings {
    /// `[count, width]`, unit vectors.
    pub pictures: Vec<f32>,
    /// `[count, width]`, unit vectors.
    pub texts: Vec<f32>,
    pub width: usize,
}

impl Embeddings {
    pub(super) fn extend(&mut self, from: u32, pictures: &[f32], texts: &[f32], width: usize) {
        if from == 0 {
            *self = Embeddings { width, ..Embeddings::default() };
        }
        self.pictures.extend_from_slice(pictures);
        self.texts.extend_from_slice(texts);
    }

    /// Pairs encoded so far.
    pub fn count(&self) -> usize {
        self.pictures.len().checked_div(self.width).unwrap_or(0)
    }
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Download {
    Here(Progress),
    /// Another page has the files; this one goes on when that one is done.
    Elsewhere,
}

/// A caption as it is being written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Writing {
    pub tokens: Vec<Token>,
    pub hypotheses: Vec<Hypothesis>,
}

impl Writing {
    pub(super) fn write(&mut self, position: u32, token: Token) {
        if position == 0 {
            self.hypotheses.clear();
        }
        self.tokens.truncate(position as usize);
        self.tokens.push(token);
    }
}
