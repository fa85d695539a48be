//! The visitor's album as the page knows it.

use crate::search::Index;
use crate::session::protocol::Photo;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The photos that the model has encoded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Album {
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Index,
    /// Places of photos whose files end early.
    pub incomplete: HashSet<u32>,
}

impl Album {
    pub(super) fn new(photos: Vec<Photo>, embeddings: &[f32], incomplete: Vec<u32>) -> Self {
        let width = embeddings.len().checked_div(photos.len()).unwrap_or(0);
        let incomplete = incomplete.into_iter().collect();
        Album { photos, embeddings: Index::new(width, embeddings), incomplete }
    }

    /// Photos of another model, whose vectors are of another width, go.
    pub(super) fn add(&mut self, photo: Photo, embedding: &[f32], is_incomplete: bool) {
        if embedding.len() != self.embeddings.width() {
            *self = Album::default();
        }
        if is_incomplete {
            self.incomplete.insert(self.photos.len() as u32);
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
        album.add(photo("a"), &[1.0, 0.0], false);
        album.add(photo("b"), &[0.0, 1.0], true);
        assert_eq!((album.photos.len(), album.embeddings.len()), (2, 2));
        assert_eq!(album.incomplete, HashSet::from([1]));
        album.add(photo("c"), &[1.0, 0.0, 0.0], false);
        assert!(album.incomplete.is_empty());
        assert_eq!((album.photos, album.embeddings.rows()), (vec![photo("c")], &[1.0, 0.0, 0.0][..]));
    }
}
