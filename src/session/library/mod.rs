//! The checkpoints that are kept on this device: offered, downloaded, taken from the visitor's files, listed, deleted.
//! None of this waits for the engine, and the engine waits for none of it.

mod offer;
mod take;

use crate::order;
use std::io;

use super::engine::Host;
use super::protocol::{Command, Event, Failure, KeptModel, Progress, Reply, Request, WayOn};
use crate::io::hub::{Download, HubError, Manifest, Source, key, manifest, survey};
use crate::precision::Precision;
pub(super) use offer::fits;

/// Which checkpoint a text of the visitor or of a link names, and the server that has it; none where it names none.
pub fn place(text: &str) -> Option<Place> {
    let Source { name, host, .. } = Source::parse(text).ok()?;
    Some(Place { name, host })
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// One name for all ways of writing it.
    pub name: String,
    /// With a port where it is not the usual one.
    pub host: String,
}

/// Serves a request of a lane of the library to its end.
pub async fn serve(host: &impl Host, request: Request) {
    let id = request.id;
    let emit = |event| host.emit(Reply { id, event });
    let event = match request.command {
        Command::Offer { name, again } => offer::offer(host, &name, again).await.map(Event::Offered),
        Command::Download { name, size, again } => {
            download(host, &name, size, again, &emit).await.map(|()| Event::Downloaded)
        }
        Command::Revalidate { names } => Ok(Event::Outdated(outdated(host, names).await)),
        Command::Take { name, files, file, start, bytes } => {
            take::take(host, &name, &files, file as usize, start, &bytes).await
        }
        Command::Shelf => shelf(host).await.map(Event::Shelf),
        Command::Delete { name } => delete(host, &name).await.map(Event::Shelf),
        // Whoever hands requests out has ended the lane's work.
        Command::Stop { .. } => return,
        command => unreachable!("{:?} is not of the library", command.lane()),
    };
    emit(event.unwrap_or_else(Event::Failed));
}

/// The folder that keeps the files of a checkpoint.
pub(super) fn folder_of(name: &str) -> String {
    format!("{MODELS}{}", key(name))
}

/// The folder that keeps the photos as a checkpoint in this precision has encoded them.
pub(super) fn album_of(name: &str, precision: Precision) -> String {
    match precision {
        Precision::F32 => format!("album.{}", key(name)),
        reduced => format!("album.{}.{}", key(name), reduced.name()),
    }
}

const MODELS: &str = "model.";

type Opened<H> = Download<<H as Host>::Folder, <H as Host>::Network>;

async fn open<H: Host>(host: &H, name: &str, again: bool) -> Result<Opened<H>, Failure> {
    let source = Source::parse(name)?;
    let folder = host.folder(&folder_of(&source.name)).await.map_err(storage)?;
    let network = host.network();
    Ok(if again {
        Download::again(source, folder, network).await?
    } else {
        Download::open(source, folder, network).await?
    })
}

async fn download(
    host: &impl Host,
    name: &str,
    offered: u64,
    again: bool,
    emit: &impl Fn(Event),
) -> Result<(), Failure> {
    let mut download = open(host, name, again).await?;
    let found = download.manifest().size();
    if found > offered {
        return Err(HubError::Grown { offered, found }.into());
    }
    while !download.advance().await? {
        let progress = download.progress();
        let (done, total, rate) = (progress.done, progress.total, progress.rate);
        emit(Event::Downloading(Progress { done, total, rate }));
    }
    Ok(())
}

/// Whatever is kept, by name; a checkpoint of which nothing has come yet is not.
async fn shelf(host: &impl Host) -> Result<Vec<KeptModel>, Failure> {
    let mut all = Vec::new();
    for folder in host.folders().await.map_err(storage)? {
        if !folder.starts_with(MODELS) {
            continue;
        }
        let store = host.folder(&folder).await.map_err(storage)?;
        // A folder whose files are in use by another page is that page's affair.
        let Ok(Some(manifest)) = manifest(&store).await else { continue };
        let kept = kept(&store, &manifest).await;
        if kept > 0 {
            all.push(KeptModel { name: manifest.name.clone(), size: manifest.size(), kept });
        }
    }
    order::sort_by(&mut all, |a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Bytes that are kept, those of the file that is under way among them.
async fn kept(store: &impl crate::io::hub::Store, manifest: &Manifest) -> u64 {
    use crate::io::read_at::ReadAt;
    let under_way = match manifest.entries.iter().find(|entry| !entry.whole) {
        Some(entry) => {
            store.open(&manifest.stored(&entry.file)).await.map_or(0, |file| file.size().min(entry.size))
        }
        None => 0,
    };
    manifest.kept().saturating_add(under_way)
}

/// Those of the checkpoints whose servers have other files than the ones that are kept. A server that cannot be asked, or does
/// not have the model any more, says nothing new.
async fn outdated(host: &impl Host, names: Vec<String>) -> Vec<String> {
    let mut outdated = Vec::new();
    for name in names {
        let Ok(source) = Source::parse(&name) else { continue };
        let Ok(folder) = host.folder(&folder_of(&name)).await else { continue };
        let Ok(Some(kept)) = manifest(&folder).await else { continue };
        let now = survey(&source, &host.network()).await;
        if now.is_ok_and(|now| kept.differs(&now.manifest)) {
            outdated.push(name);
        }
    }
    outdated
}

async fn delete(host: &impl Host, name: &str) -> Result<Vec<KeptModel>, Failure> {
    let albums = Precision::ALL.map(|precision| album_of(name, precision));
    for folder in albums.into_iter().chain([folder_of(name)]) {
        match host.remove(&folder).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(storage(error)),
            _ => {}
        }
    }
    shelf(host).await
}

/// The browser, or the disk, refuses.
pub(super) fn storage(error: io::Error) -> Failure {
    let sentence = match error.kind() {
        io::ErrorKind::StorageFull => "There is no space left to keep this: delete a model that is kept.",
        io::ErrorKind::ResourceBusy => {
            "Another page of this browser is using these files: close it, or wait."
        }
        _ => "This browser does not let the page keep files.",
    };
    Failure { sentence: sentence.to_string(), detail: error.to_string(), way_on: WayOn::Retry }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        if let HubError::Storage { source, .. } = error {
            return storage(source);
        }
        let way_on = if error.may_pass() { WayOn::Retry } else { WayOn::ChangeInput };
        let text = error.to_string();
        // The sentences of a hub name the file; they are the visitor's.
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        let sentence = if text.starts_with(|c: char| c.is_lowercase()) && !names_a_file(&text) {
            format!("{first}{}.", letters.as_str())
        } else {
            format!("{text}.")
        };
        Failure { sentence, detail: String::new(), way_on }
    }
}

/// Whether a sentence begins with a file's name, which keeps its letters.
fn names_a_file(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| word.contains(['.', '_', '/']))
}
