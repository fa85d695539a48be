//! The visitor's album as the page knows it.

use crate::search::Index;
use crate::session::protocol::Photo;
use std::collections::HashMap;
use std::sync::Arc;

/// The photos that the model has encoded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Album {
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Index,
}

impl Album {
    pub(super) fn new(photos: Vec<Photo>, embeddings: &[f32]) -> Self {
        let width = embeddings.len().checked_div(photos.len()).unwrap_or(0);
        Album { photos, embeddings: Index::new(width, embeddings) }
    }

    /// Photos of another model, whose vectors are of another width, go.
    pub(super) fn add(&mut self, photo: Photo, embedding: &[f32]) {
        if embedding.len() != self.embeddings.width() {
            *self = Album::default();
        }
        self.photos.push(photo);
        self.embeddings.push(embedding);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_of_another_model_go() {
        let photo = |name: &str| Photo { name: name.into(), size: 1, modified: 2 };
        let mut album = Album::default();
        album.add(photo("a"), &[1.0, 0.0]);
        album.add(photo("b"), &[0.0, 1.0]);
        assert_eq!((album.photos.len(), album.embeddings.len()), (2, 2));
        album.add(photo("c"), &[1.0, 0.0, 0.0]);
        assert_eq!((album.photos, album.embeddings.rows()), (vec![photo("c")], &[1.0, 0.0, 0.0][..]));
    }
}
