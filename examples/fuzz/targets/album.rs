//! The album's files as they lie on the disk.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use pollster::block_on;
use tempfile::TempDir;
use triptych::io::image::encode_png;
use triptych::pixels::Pixels;
use triptych::session::local::{LocalClient, Offline};
use triptych::session::protocol::{AlbumPart, BackendChoice, Command, Event, ModelName, Photo};

use super::{finite, project};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "album", share: 60, seeds, mutate: mutate::files, run }
}

/// A visit to the album, with the folder in which its files lie.
struct Visit {
    client: LocalClient,
    folders: TempDir,
}

thread_local! {
    /// Playroom is loaded once.
    static VISIT: RefCell<Option<Visit>> = const { RefCell::new(None) };
}

impl Visit {
    fn new() -> Self {
        let folders = TempDir::new().expect("a folder for the album");
        let mut client = LocalClient::with_network(project("public"), folders.path(), Offline);
        let model = ModelName::Playroom { url: "models/playroom".into() };
        let events = block_on(client.ask(Command::Load { backend: BackendChoice::Cpu, model }));
        assert!(matches!(events.last(), Some(Event::Ready(_))), "the shipped model is loaded");
        Visit { client, folders }
    }

    fn ask(&mut self, command: Command) -> Event {
        block_on(self.client.ask(command)).pop().expect("a request ends with an event")
    }

    fn add(&mut self, name: &str) -> Event {
        let photo = Photo { name: name.into(), size: 9, modified: 1_700_000_000_000 };
        let file = encode_png(&Pixels::new(8, 6, (0..144).collect()));
        self.ask(Command::AddPhoto { photo, file, in_memory: false })
    }

    /// The folder that the album has made.
    fn folder(&self) -> Option<PathBuf> {
        let folders = std::fs::read_dir(self.folders.path()).ok()?;
        let all = folders.flatten().map(|entry| entry.path());
        all.filter(|path| path.is_dir()).find(|path| path.join("photos.jsonl").is_file())
    }
}

/// Gives the visit to `use_it`.
fn with<T>(use_it: impl FnOnce(&mut Visit) -> T) -> T {
    VISIT.with_borrow_mut(|visit| use_it(visit.get_or_insert_with(Visit::new)))
}

fn seeds() -> Vec<Files> {
    let files = with(|visit| {
        visit.add("a.png");
        visit.add("b.png");
        Files::read(&visit.folder().expect("an album has a folder")).expect("the files can be read")
    });
    vec![files]
}

fn run(files: &Files) -> Outcome {
    with(|visit| {
        let folder = match visit.folder() {
            Some(folder) => folder,
            None => {
                visit.add("a.png");
                visit.folder().ok_or("an album has no folder")?
            }
        };
        fill(&folder, files).map_err(|error| error.to_string())?;
        let Some(photos) = open(visit)? else { return Ok(Verdict::Refused) };
        visit.ask(Command::Thumbnails { photos: vec![0, 1, 2, u32::MAX] });
        if let Event::Album(AlbumPart { photos: new, embeddings, .. }) = visit.add("c.png") {
            finite("the embedding of a photo", &embeddings)?;
            let after = open(visit)?;
            // None where the mutated album holds a photo of this name already.
            if new.len() > 1 || after != Some(photos + new.len()) {
                return Err(format!("{photos} photos and {} more are {after:?}", new.len()));
            }
        }
        Ok(if photos > 0 { Verdict::Taken } else { Verdict::Refused })
    })
}

/// Puts these files in place of those that are there.
fn fill(folder: &Path, files: &Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        std::fs::remove_file(entry?.path())?;
    }
    files.write(folder)
}

/// The number of photos; none where the album is refused.
fn open(visit: &mut Visit) -> Result<Option<usize>, String> {
    match visit.ask(Command::OpenAlbum { known: 0 }) {
        Event::Album(AlbumPart { photos, embeddings, .. }) => {
            finite("the embeddings of an album", &embeddings)?;
            if embeddings.len() % photos.len().max(1) != 0 || embeddings.is_empty() != photos.is_empty() {
                return Err(format!("{} photos have {} numbers", photos.len(), embeddings.len()));
            }
            Ok(Some(photos.len()))
        }
        _ => Ok(None),
    }
}
