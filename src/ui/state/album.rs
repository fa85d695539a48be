//! The visitor's album as the page knows it.

use super::asked::Turn;
use super::{Phase, UiState};
use crate::search::Index;
use crate::session::protocol::{AlbumPart, Command, Photo, Request};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock, RwLockReadGuard};

/// The photos that the model has encoded. Clones share them: they only grow, and a copy of all for each photo that comes
/// would take the longer the more there are.
#[derive(Debug, Clone, Default)]
pub struct Album {
    photos: Arc<RwLock<Photos>>,
    /// Photos that are left out because what was kept of them is damaged.
    pub damaged: u32,
    /// Whether it is held in memory and gone after this visit.
    pub is_passing: bool,
}

#[derive(Debug, Default)]
pub struct Photos {
    pub photos: Vec<Photo>,
    /// `[photos, embed_dim]`, unit vectors.
    pub embeddings: Index,
    /// Places of photos whose files end early.
    pub incomplete: HashSet<u32>,
}

impl PartialEq for Album {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.photos, &other.photos)
            && (self.damaged, self.is_passing) == (other.damaged, other.is_passing)
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
        (self.damaged, self.is_passing) = (part.damaged, !part.lasts);
    }
}

impl UiState {
    /// Takes a part of the album, whichever request brought it. Where it does not join on to what is known, or more has come
    /// meanwhile, the album is asked for again.
    pub(super) fn album_came(&mut self, id: u32, part: AlbumPart) -> Vec<Request> {
        let is_of = |asked: u32| id != 0 && asked == id;
        let known = self.album.value.read().photos.len();
        let (from, joins_on) = (part.from as usize, part.from as usize <= known);
        if is_of(self.album.id()) {
            self.album.hear(id, Phase::Done, |album| {
                if joins_on {
                    album.take(part)
                }
            });
        } else if is_of(self.adding.id()) {
            if joins_on {
                self.album.value.change(|album| album.take(part));
            }
            let is_stopped = self.adding.phase == Phase::Stopped;
            self.adding.hear(id, if is_stopped { Phase::Stopped } else { Phase::Done }, |()| {});
        } else {
            return Vec::new();
        }
        if joins_on && from < known {
            self.thumbnails.clear();
        }
        if std::mem::take(&mut self.is_album_stale) || !joins_on { self.album_changed() } else { Vec::new() }
    }

    /// A model that was loaded just now has told nothing of the album yet, and hands out no thumbnails of what it has not told.
    pub(super) fn tell_of_the_album(&mut self) -> Vec<Request> {
        if self.album.is_busy() { Vec::new() } else { self.album_changed() }
    }

    /// Asks for what has come to the album since it was last told.
    pub(super) fn album_changed(&mut self) -> Vec<Request> {
        if self.album.command.is_none() {
            return Vec::new();
        }
        if self.album.is_busy() {
            self.is_album_stale = true;
            return Vec::new();
        }
        self.album.command = None;
        let known = self.album.value.read().photos.len() as u32;
        self.ask(Command::OpenAlbum { known }).into_iter().collect()
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
    use super::super::tests::ready_state;
    use super::*;
    use crate::session::protocol::{Event, Lane, Reply};

    #[test]
    fn photos_come_behind_those_before_and_take_the_place_of_others() {
        let photo = |name: &str| Photo { name: name.into(), size: 1, modified: 2 };
        let part = |from: u32, names: &[&str], embeddings: &[f32]| {
            let photos = names.iter().map(|name| photo(name)).collect();
            // The first of every part ends early.
            let incomplete = Vec::from_iter((!names.is_empty()).then_some(from));
            AlbumPart { from, photos, embeddings: embeddings.to_vec(), incomplete, damaged: 0, lasts: true }
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

    fn part(from: u32, names: &[&str]) -> Event {
        let photo = |name: &&str| Photo { name: (*name).into(), size: 1, modified: 2 };
        let photos: Vec<Photo> = names.iter().map(photo).collect();
        let embeddings = [0.6, 0.8].repeat(photos.len());
        Event::Album(AlbumPart { from, photos, embeddings, incomplete: Vec::new(), damaged: 0, lasts: true })
    }

    fn add(state: &mut UiState, name: &str) -> u32 {
        let photo = Photo { name: name.into(), size: 1, modified: 2 };
        state.ask(Command::AddPhoto { photo, file: vec![0] }).unwrap().id
    }

    #[test]
    fn an_album_grows_by_its_photos() {
        let mut state = ready_state();
        let id = state.ask(Command::OpenAlbum { known: 0 }).unwrap().id;
        state.apply(Reply { id, event: part(0, &["a"]) });
        let view = state.album.clone();
        let id = add(&mut state, "c");
        // Another page has added one meanwhile.
        assert_eq!(state.apply(Reply { id, event: part(1, &["b", "c"]) }), []);
        assert_ne!(view.value, state.album.value, "a view notices");
        assert_eq!(view.value.read().photos.len(), 3, "and nothing that was there is copied");
        let names =
            |album: &Album| album.read().photos.iter().map(|photo| photo.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&state.album.value), state.adding.phase),
            (["a", "b", "c"].map(String::from).to_vec(), Phase::Done)
        );
        assert_eq!(state.album.value.read().embeddings.row(2), Some(&[0.6, 0.8][..]));
        // What was stopped may have come all the same.
        let id = add(&mut state, "d");
        state.stop(Lane::AddPhoto);
        state.apply(Reply { id, event: part(3, &["d"]) });
        assert_eq!((state.album.value.read().photos.len(), state.adding.phase), (4, Phase::Stopped));
        // A thumbnail of the same place is asked for anew where the album has begun anew.
        let thumbnails = Command::Thumbnails { photos: vec![0] };
        let id = state.ask(thumbnails.clone()).unwrap().id;
        state.apply(Reply { id, event: Event::Thumbnails(vec![(0, vec![1])]) });
        let id = state.ask(Command::ClearAlbum).unwrap().id;
        state.apply(Reply { id, event: part(0, &[]) });
        assert_eq!((state.album.value.read().photos.len(), state.thumbnails.value.get(0)), (0, None));
        assert!(state.ask(thumbnails).is_some());
    }

    #[test]
    fn a_photo_that_was_forgotten_can_be_added_again() {
        let mut state = ready_state();
        for _ in 0..2 {
            let id = add(&mut state, "a");
            state.apply(Reply { id, event: part(0, &["a"]) });
            let clearing = state.ask(Command::ClearAlbum).expect("there is something to forget").id;
            assert_eq!(state.ask(Command::OpenAlbum { known: 1 }), None, "it is being cleared");
            state.apply(Reply { id: clearing, event: part(0, &[]) });
            assert_eq!(state.album.value.read().photos.len(), 0);
        }
    }

    #[test]
    fn what_another_page_changes_is_asked_for() {
        let changed = Reply { id: 0, event: Event::Changed(Lane::Album) };
        let mut state = ready_state();
        assert_eq!(state.apply(changed.clone()), [], "nobody looks at the album");
        let id = state.ask(Command::OpenAlbum { known: 0 }).unwrap().id;
        assert_eq!(state.apply(changed.clone()), [], "once it is open");
        let requests = state.apply(Reply { id, event: part(0, &["a"]) });
        let [Request { id, command: Command::OpenAlbum { known: 1 } }] = requests[..] else {
            panic!("{requests:?}")
        };
        assert_eq!(state.apply(Reply { id, event: part(1, &["b"]) }), []);
        let requests = state.apply(changed);
        let [Request { id, command: Command::OpenAlbum { known: 2 } }] = requests[..] else {
            panic!("{requests:?}")
        };
        assert_eq!(state.apply(Reply { id, event: part(0, &[]) }), []);
        assert_eq!(state.album.value.read().photos.len(), 0);
        // A part that does not join on to what the page has says that the page has missed one.
        let id = add(&mut state, "d");
        let requests = state.apply(Reply { id, event: part(3, &["d"]) });
        assert!(
            matches!(requests[..], [Request { command: Command::OpenAlbum { known: 0 }, .. }]),
            "{requests:?}"
        );
        assert_eq!(state.album.value.read().photos.len(), 0);

        let changed = Reply { id: 0, event: Event::Changed(Lane::Shelf) };
        assert_eq!(state.apply(changed.clone()), []);
        let id = state.ask(Command::Shelf).unwrap().id;
        state.apply(Reply { id, event: Event::Shelf(Vec::new()) });
        assert!(matches!(state.apply(changed)[..], [Request { command: Command::Shelf, .. }]));
    }
}
