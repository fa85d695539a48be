//! How the page's album follows that of the engine.

use super::request::{AnyRequestState, Phase};
use super::ui_state::UiState;
use crate::session::protocol::{AlbumPart, Command, Request};

impl UiState {
    /// Takes a part of the album, whichever request brought it. Where it does not join on to what is known, or more has come
    /// meanwhile, the album is asked for again.
    pub(super) fn apply_album_part(&mut self, id: u32, part: AlbumPart) -> Vec<Request> {
        let is_of = |request: u32| id != 0 && request == id;
        let known = self.album.value.read().photos.len();
        let (from, joins_on) = (part.from as usize, part.from as usize <= known);
        if is_of(self.album.id()) {
            self.album.apply(id, Phase::Done, |album| {
                if joins_on {
                    album.take(part)
                }
            });
        } else if is_of(self.adding.id()) {
            if joins_on {
                self.album.value.change(|album| album.take(part));
            }
            let is_stopped = self.adding.phase == Phase::Stopped;
            self.adding.apply(id, if is_stopped { Phase::Stopped } else { Phase::Done }, |()| {});
        } else {
            return Vec::new();
        }
        if joins_on && from < known {
            self.thumbnails.clear();
        }
        if std::mem::take(&mut self.is_album_stale) || !joins_on { self.album_changed() } else { Vec::new() }
    }

    /// A model that was loaded just now has told nothing of the album yet, and hands out no thumbnails of what it has not told.
    pub(super) fn request_album(&mut self) -> Vec<Request> {
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

#[cfg(test)]
mod tests {
    use super::super::album::Album;
    use super::super::tests::ready_state;
    use super::*;
    use crate::session::protocol::{Event, Lane, Photo, Reply};

    fn part(from: u32, names: &[&str]) -> Event {
        let photo = |name: &&str| Photo { name: (*name).into(), size: 1, modified: 2 };
        let photos: Vec<Photo> = names.iter().map(photo).collect();
        let embeddings = [0.6, 0.8].repeat(photos.len());
        Event::Album(AlbumPart {
            from,
            photos,
            embeddings,
            incomplete: Vec::new(),
            damaged: 0,
            is_persistent: true,
        })
    }

    fn add(state: &mut UiState, name: &str) -> u32 {
        let photo = Photo { name: name.into(), size: 1, modified: 2 };
        state.ask(Command::AddPhoto { photo, file: vec![0], in_memory: false }).unwrap().id
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

        let changed = Reply { id: 0, event: Event::Changed(Lane::Models) };
        assert_eq!(state.apply(changed.clone()), []);
        let id = state.ask(Command::ListModels).unwrap().id;
        state.apply(Reply { id, event: Event::Models(Vec::new()) });
        assert!(matches!(state.apply(changed)[..], [Request { command: Command::ListModels, .. }]));
    }
}
