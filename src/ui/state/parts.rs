//! The values that grow event by event.

use crate::session::protocol::{CaptionHypothesis, DownloadProgress, Input, Token};

/// The embeddings of inputs, by their modality, as far as they have come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embeddings {
    /// `[count, width]`, unit vectors.
    pub pictures: Vec<f32>,
    /// `[count, width]`, unit vectors.
    pub texts: Vec<f32>,
    /// `[count, width]`, unit vectors of what has an encoder of its own: sounds, videos, tables, graphs.
    pub others: Vec<f32>,
    pub width: usize,
}

impl Embeddings {
    /// Takes the rows of the inputs `from ..`.
    pub(super) fn extend(&mut self, from: usize, rows: &[f32], inputs: &[Input], width: usize) {
        if from == 0 {
            *self = Embeddings { width, ..Embeddings::default() };
        }
        for (input, row) in inputs.iter().skip(from).zip(rows.chunks_exact(width.max(1))) {
            match input {
                Input::Picture(_) => self.pictures.extend_from_slice(row),
                Input::Text(_) => self.texts.extend_from_slice(row),
                Input::Sound(_) | Input::Video(_) | Input::Table(_) | Input::Clip(..) => {
                    self.others.extend_from_slice(row);
                }
            }
        }
    }

    /// Pictures encoded so far, or what came in their stead.
    pub fn count(&self) -> usize {
        self.pictures.len().max(self.others.len()).checked_div(self.width).unwrap_or(0)
    }
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Download {
    Here(DownloadProgress),
    /// Another page has the files; this one goes on when that one is done.
    Elsewhere,
}

/// A caption as it is being written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Writing {
    pub tokens: Vec<Token>,
    pub hypotheses: Vec<CaptionHypothesis>,
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
