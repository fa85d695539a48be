//! A checkpoint from its server.

use super::folders::folder_of;
use super::storage::{Need, full, storage};
use crate::io::hub::{Download, HubError, MANIFEST, Source, load_manifest};
use crate::session::host::Host;
use crate::session::protocol::{DownloadProgress, Event, Failure};

type OpenDownload<H> = Download<<H as Host>::Folder, <H as Host>::Network>;

pub(super) async fn open<H: Host>(host: &H, name: &str, again: bool) -> Result<OpenDownload<H>, HubError> {
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
    Ok(load_manifest(&store).await?.map(|kept| kept.generation))
}

/// What is to be downloaded, as [`Command::Download`](crate::session::protocol::Command::Download) says it.
pub(super) struct DownloadRequest<'a> {
    pub name: &'a str,
    pub size: u64,
    pub again: bool,
    pub in_memory: bool,
}

/// Downloads what is missing, alone in the folder: where another page is at it, this one waits and takes what has come.
pub(super) async fn download(
    host: &impl Host,
    request: DownloadRequest<'_>,
    emit: &impl Fn(Event),
) -> Result<(), Failure> {
    let DownloadRequest { name, size: offered, mut again, in_memory } = request;
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
    if in_memory && let Err(error) = host.move_to_memory(&folder).await {
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
            emit(Event::Downloading(DownloadProgress { done, total, rate }));
        }
        Ok(())
    };
    match downloaded.await {
        Err(HubError::Storage { source, .. }) => {
            Err(full(host, &folder, "what is missing of it", need, source).await)
        }
        downloaded => {
            drop(lock);
            host.notify_changed(&folder);
            Ok(downloaded?)
        }
    }
}
