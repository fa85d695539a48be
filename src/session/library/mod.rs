//! The checkpoints that are kept on this device: offered, downloaded, taken from the visitor's files, listed, deleted.
//! None of this waits for the engine, and the engine waits for none of it.

mod offer;
mod take;

use crate::order;
use std::io;

use super::engine::Host;
use super::protocol::{Command, Event, Failure, KeptModel, Progress, Reply, Request, WayOn};
use crate::io::hub::{Download, HubError, Manifest, Source, key, manifest};
use crate::precision::Precision;
pub(super) use offer::fits;

/// Serves a request of a lane of the library to its end.
pub async fn serve(host: &impl Host, request: Request) {
    let id = request.id;
    let emit = |event| host.emit(Reply { id, event });
    let event = match request.command {
        Command::Offer { name } => offer::offer(host, &name).await.map(Event::Offered),
        Command::Download { name } => download(host, &name, &emit).await.map(|()| Event::Downloaded),
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

async fn open<H: Host>(host: &H, name: &str) -> Result<Opened<H>, Failure> {
    let source = Source::parse(name)?;
    let folder = host.folder(&folder_of(&source.name)).await.map_err(storage)?;
    Ok(Download::open(source, folder, host.network()).await?)
}

async fn download(host: &impl Host, name: &str, emit: &impl Fn(Event)) -> Result<(), Failure> {
    let mut download = open(host, name).await?;
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
        Some(entry) => store.open(&entry.file).await.map_or(0, |file| file.size().min(entry.size)),
        None => 0,
    };
    manifest.kept() + under_way
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
