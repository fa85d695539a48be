//! The checkpoints that are kept on this device: offered, downloaded, taken from the visitor's files, listed, deleted.
//! None of this waits for the engine, and the engine waits for none of it.

mod offer;
mod shelf;
mod take;
mod trouble;

use std::cell::RefCell;

use super::engine::Host;
use super::protocol::{Command, Event, Failure, Lane, Progress, Reply, Request};
use crate::io::hub::{Download, HubError, MANIFEST, Source, key, manifest};
use crate::precision::Precision;
pub(super) use offer::fits;
pub(super) use trouble::{Need, full, storage};

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
pub async fn serve<H: Host>(host: &H, taking: &Taking<H::Lock>, request: Request) {
    let id = request.id;
    let emit = |event| host.emit(Reply { id, event });
    let event = match request.command {
        Command::Offer { name, again } => offer::offer(host, &name, again).await.map(Event::Offered),
        Command::Revalidate { names } => Ok(Event::Outdated(shelf::outdated(host, names).await)),
        Command::Download { name, size, again } => {
            let wanted = Wanted { name: &name, size, again, in_memory: false };
            download(host, wanted, &emit).await.map(|()| Event::Downloaded)
        }
        Command::DownloadInMemory { name, size, again } => {
            let wanted = Wanted { name: &name, size, again, in_memory: true };
            download(host, wanted, &emit).await.map(|()| Event::Downloaded)
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
        Command::Stop { lane } => {
            if lane == Lane::Take {
                taking.0.replace(None);
            }
            return;
        }
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
    let key = key(name);
    // A name may end as that of a form does; then all of its albums tell their form.
    let ends_in_a_form = || Precision::ALL.iter().any(|form| key.ends_with(&format!(".{}", form.name())));
    match precision {
        Precision::F32 if !ends_in_a_form() => format!("{ALBUMS}{key}"),
        form => format!("{ALBUMS}{key}.{}", form.name()),
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

async fn open<H: Host>(host: &H, name: &str, again: bool) -> Result<Opened<H>, HubError> {
    let source = Source::parse(name)?;
    let folder = host.folder(&folder_of(&source.name)).await;
    let folder = folder.map_err(|source| HubError::Storage { file: MANIFEST.to_string(), source })?;
    let network = host.network();
    if again {
        Download::again(source, folder, network).await
    } else {
        Download::open(source, folder, network).await
    }
}

/// How many times what is kept was fetched again; none where nothing is kept.
async fn generation(host: &impl Host, folder: &str) -> Result<Option<u32>, Failure> {
    let store = host.folder(folder).await.map_err(storage)?;
    Ok(manifest(&store).await?.map(|kept| kept.generation))
}

/// What is to be downloaded, as [`Command::Download`] says it.
struct Wanted<'a> {
    name: &'a str,
    size: u64,
    again: bool,
    in_memory: bool,
}

/// Downloads what is missing, alone in the folder: where another page is at it, this one waits and takes what has come.
async fn download(host: &impl Host, wanted: Wanted<'_>, emit: &impl Fn(Event)) -> Result<(), Failure> {
    let Wanted { name, size: offered, mut again, in_memory } = wanted;
    let folder = folder_of(&Source::parse(name)?.name);
    let before = if again { generation(host, &folder).await? } else { None };
    let lock = match host.try_lock(&folder).await.map_err(storage)? {
        Some(lock) => lock,
        None => {
            emit(Event::Waiting);
            let lock = host.lock(&folder).await.map_err(storage)?;
            // What the other page was at may have ended before it had renewed anything.
            again = again && generation(host, &folder).await? == before;
            lock
        }
    };
    if in_memory && let Err(error) = host.hold(&folder).await {
        return Err(full(host, &folder, name, Need { missing: 0, whole: u64::MAX }, error).await);
    }
    let mut need = Need { missing: 0, whole: offered };
    let downloaded = async {
        let mut download = open(host, name, again).await?;
        let found = download.manifest().size();
        need.whole = found;
        if found > offered {
            return Err(HubError::Grown { offered, found });
        }
        while !download.advance().await? {
            let progress = download.progress();
            let (done, total, rate) = (progress.done, progress.total, progress.rate);
            need.missing = total - done;
            emit(Event::Downloading(Progress { done, total, rate }));
        }
        Ok(())
    };
    match downloaded.await {
        Err(HubError::Storage { source, .. }) => {
            Err(full(host, &folder, "what is missing of it", need, source).await)
        }
        downloaded => {
            drop(lock);
            host.tell(&folder);
            Ok(downloaded?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_models_share_an_album() {
        assert_eq!(album_of("a/b", Precision::F32), "album.a~2fb");
        assert_eq!(album_of("a/b", Precision::Int8), "album.a~2fb.int8");
        let names = ["a/b", "a/b.int8", "a/b.f16", "a/b.f32", "a/b.int8.f32", "a/b.f32.f32"];
        let all = names.iter().flat_map(|name| Precision::ALL.map(|form| album_of(name, form)));
        assert_eq!(all.collect::<BTreeSet<_>>().len(), names.len() * Precision::ALL.len());
    }
}
