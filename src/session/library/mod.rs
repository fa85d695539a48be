//! The checkpoints that are kept on this device: offered, downloaded, taken from the visitor's files, listed, deleted.
//! None of this waits for the engine, and the engine waits for none of it.

mod offer;
mod shelf;
mod take;
mod trouble;

use std::cell::RefCell;

use super::engine::Host;
use super::protocol::{Command, Event, Failure, Lane, Progress, Reply, Request};
use crate::io::hub::{Download, HubError, MANIFEST, Source, key};
use crate::precision::Precision;
pub(super) use offer::fits;
pub(super) use trouble::{full, storage};

/// The locks that outlast a request: that of the checkpoint whose files the visitor is handing in, under its name.
pub struct Taking<L>(RefCell<Option<(String, L)>>);

impl<L> Default for Taking<L> {
    fn default() -> Self {
        Taking(RefCell::new(None))
    }
}

impl<L> Taking<L> {
    fn is_at(&self, name: &str) -> bool {
        self.0.borrow().as_ref().is_some_and(|(at, _)| at == name)
    }

    fn begin(&self, name: &str, lock: L) {
        self.0.replace(Some((name.to_string(), lock)));
    }

    /// Lets go of the checkpoint of this name.
    fn end(&self, name: &str) {
        self.0.borrow_mut().take_if(|(at, _)| at == name);
    }
}

/// Serves a request of a lane of the library to its end.
pub async fn serve<H: Host>(host: &H, taking: &Taking<H::Lock>, request: Request) {
    let id = request.id;
    let emit = |event| host.emit(Reply { id, event });
    let event = match request.command {
        Command::Offer { name } => offer::offer(host, &name).await.map(Event::Offered),
        Command::Download { name } => download(host, &name, false, &emit).await.map(|()| Event::Downloaded),
        Command::DownloadInMemory { name } => {
            download(host, &name, true, &emit).await.map(|()| Event::Downloaded)
        }
        Command::Take { name, files, file, start, bytes } => {
            take::take(host, taking, &name, &files, file as usize, start, &bytes).await
        }
        Command::TakeInMemory { name, files, file, start, bytes } => match host.hold(&folder_of(&name)).await
        {
            Ok(()) => take::take(host, taking, &name, &files, file as usize, start, &bytes).await,
            Err(error) => Err(storage(error)),
        },
        Command::Shelf => shelf::shelf(host).await.map(Event::Shelf),
        Command::Delete { name } => shelf::delete(host, taking, &name).await.map(Event::Shelf),
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
        Precision::F32 => format!("{ALBUMS}{}", key(name)),
        reduced => format!("{ALBUMS}{}.{}", key(name), reduced.name()),
    }
}

/// The lane that tells of what is in a folder.
pub fn lane_of(folder: &str) -> Option<Lane> {
    match folder {
        album if album.starts_with(ALBUMS) => Some(Lane::Album),
        model if model.starts_with(MODELS) => Some(Lane::Shelf),
        _ => None,
    }
}

const ALBUMS: &str = "album.";
const MODELS: &str = "model.";

type Opened<H> = Download<<H as Host>::Folder, <H as Host>::Network>;

async fn open<H: Host>(host: &H, name: &str) -> Result<Opened<H>, HubError> {
    let source = Source::parse(name)?;
    let folder = host.folder(&folder_of(&source.name)).await;
    let folder = folder.map_err(|source| HubError::Storage { file: MANIFEST.to_string(), source })?;
    Download::open(source, folder, host.network()).await
}

/// Downloads what is missing, alone in the folder: where another page is at it, this one waits and takes what has come.
async fn download(
    host: &impl Host,
    name: &str,
    in_memory: bool,
    emit: &impl Fn(Event),
) -> Result<(), Failure> {
    let folder = folder_of(&Source::parse(name)?.name);
    let lock = match host.try_lock(&folder).await.map_err(storage)? {
        Some(lock) => lock,
        None => {
            emit(Event::Waiting);
            host.lock(&folder).await.map_err(storage)?
        }
    };
    if in_memory && let Err(error) = host.hold(&folder).await {
        return Err(full(host, &folder, name, 0, error).await);
    }
    let mut missing = 0;
    let downloaded = async {
        let mut download = open(host, name).await?;
        while !download.advance().await? {
            let progress = download.progress();
            let (done, total, rate) = (progress.done, progress.total, progress.rate);
            missing = total - done;
            emit(Event::Downloading(Progress { done, total, rate }));
        }
        Ok(())
    };
    match downloaded.await {
        Err(HubError::Storage { source, .. }) => {
            Err(full(host, &folder, "what is missing of it", missing, source).await)
        }
        downloaded => {
            drop(lock);
            host.tell(&folder);
            Ok(downloaded?)
        }
    }
}
