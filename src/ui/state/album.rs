//! The visitor's album as the page knows it.

use crate::search::Index;
use crate::session::protocol::{AlbumPart, Photo};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock, RwLockReadGuard};

/// The photos that the model has encoded. Clones share them: they only grow, and a copy of all for each photo that comes
/// would take the longer the more there are.
#[derive(Debug, Clone)]
pub struct Album {
    photos: Arc<RwLock<Photos>>,
    /// Photos that are left out because what was kept of them is damaged.
    pub damaged: u32,
    /// Whether it is there on the next visit; otherwise it is held in memory.
    pub is_persistent: bool,
}

#[derive(Debug, Default)]
pub struct Photos {
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Index,
    /// Places of photos whose files end early.
    pub incomplete: HashSet<u32>,
}

impl Default for Album {
    fn default() -> Self {
        Album { photos: Arc::default(), damaged: 0, is_persistent: true }
    }
}

impl PartialEq for Album {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.photos, &other.photos)
            && (self.damaged, self.is_persistent) == (other.damaged, other.is_persistent)
    }
}

impl Album {
    pub fn read(&self) -> RwLockReadGuard<'_, Photos> {
        self.photos.read().expect("nobody panics while photos come")
    }

    /// Takes the photos from a place on, which is not beyond the end. Where others were in their places, clones keep those.
    pub(super) fn take(&mut self, part: AlbumPart) {
        let from = part.from as usize;
        if from < self.read().photos.len() {
            let photos = {
                let all = self.read();
                let width = all.embeddings.width();
                let embeddings = Index::new(width, &all.embeddings.rows()[..from * width]);
                let incomplete = all.incomplete.iter().copied().filter(|at| *at < part.from).collect();
                Photos { photos: all.photos[..from].to_vec(), embeddings, incomplete }
            };
            self.photos = Arc::new(RwLock::new(photos));
        }
        let width = part.embeddings.len().checked_div(part.photos.len()).unwrap_or(0);
        let mut photos = self.photos.write().expect("nobody panics while photos come");
        part.embeddings.chunks_exact(width.max(1)).for_each(|row| photos.embeddings.push(row));
        photos.photos.extend(part.photos);
        photos.incomplete.extend(part.incomplete);
        drop(photos);
        (self.damaged, self.is_persistent) = (part.damaged, part.is_persistent);
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
    fn photos_come_behind_those_before_and_take_the_place_of_others() {
        let photo = |name: &str| Photo { name: name.into(), size: 1, modified: 2 };
        let part = |from: u32, names: &[&str], embeddings: &[f32]| {
            let photos = names.iter().map(|name| photo(name)).collect();
            // The first of every part ends early.
            let incomplete = Vec::from_iter((!names.is_empty()).then_some(from));
            AlbumPart {
                from,
                photos,
                embeddings: embeddings.to_vec(),
                incomplete,
                damaged: 0,
                is_persistent: true,
            }
        };
        let mut album = Album::default();
        album.take(part(0, &["a"], &[1.0, 0.0]));
        album.take(part(1, &["b", "c"], &[0.0, 1.0, 0.6, 0.8]));
        assert_eq!(
            (album.read().photos.len(), album.read().embeddings.rows()),
            (3, &[1.0, 0.0, 0.0, 1.0, 0.6, 0.8][..])
        );
        assert_eq!(album.read().incomplete, HashSet::from([0, 1]));
        album.take(part(1, &["d"], &[0.8, 0.6]));
        assert_eq!(album.read().photos, ["a", "d"].map(photo));
        assert_eq!(album.read().incomplete, HashSet::from([0, 1]));
        assert_eq!(album.read().embeddings.rows(), [1.0, 0.0, 0.8, 0.6]);
        album.take(part(0, &["e"], &[1.0, 0.0, 0.0]));
        assert_eq!((album.read().photos.len(), album.read().embeddings.rows()), (1, &[1.0, 0.0, 0.0][..]));
        album.take(part(0, &[], &[]));
        assert_eq!((album.read().photos.len(), album.read().embeddings.len()), (0, 0));
    }
}
