//! The visitor's album as the page knows it.

use crate::session::protocol::Photo;
use std::collections::HashMap;
use std::sync::Arc;

/// The photos that the model has encoded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Album {
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Vec<f32>,
}

impl Album {
    pub(super) fn add(&mut self, photo: Photo, embedding: &[f32]) {
        self.photos.push(photo);
        self.embeddings.extend_from_slice(embedding);
    }

    /// Values of an embedding; 0 while there is no photo.
    pub fn width(&self) -> usize {
        self.embeddings.len().checked_div(self.photos.len()).unwrap_or(0)
    }

    /// The unit vector of a photo.
    pub fn embedding(&self, photo: usize) -> Option<&[f32]> {
        let width = self.width();
        self.embeddings.get(photo * width..(photo + 1) * width).filter(|row| !row.is_empty())
    }
}

/// Picture files by the place of their photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thumbnails(HashMap<u32, Arc<Vec<u8>>>);

impl Thumbnails {
    /// Thumbnails that are held at a time. A page that shows more would ask for what it has just lost, without end.
    pub const HELD: usize = 600;

    pub(super) fn extend(&mut self, files: Vec<(u32, Vec<u8>)>) {
        if self.0.len() > Self::HELD {
            self.0.clear();
        }
        self.0.extend(files.into_iter().map(|(photo, bytes)| (photo, Arc::new(bytes))));
    }

    pub fn get(&self, photo: u32) -> Option<&Arc<Vec<u8>>> {
        self.0.get(&photo)
    }
}
