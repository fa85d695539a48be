//! What is kept on this device, and its deletion.

use std::io;

use super::folders::{MODELS, album_of, folder_of};
use super::import::ImportLock;
use super::storage::storage;
use crate::io::hub::{Manifest, Source, load_manifest, resolve};
use crate::order;
use crate::precision::Precision;
use crate::session::host::Host;
use crate::session::protocol::{Failure, StoredModel};

/// Whatever is kept, by name; a checkpoint of which nothing has come yet is not.
pub(super) async fn list_models(host: &impl Host) -> Result<Vec<StoredModel>, Failure> {
    let mut all = Vec::new();
    for folder in host.folders().await.map_err(storage)? {
        if !folder.starts_with(MODELS) {
            continue;
        }
        let store = host.folder(&folder).await.map_err(storage)?;
        // A folder that is being deleted or begun by another page is that page's affair.
        let Ok(Some(manifest)) = load_manifest(&store).await else { continue };
        let stored = stored(host, &folder, &manifest).await;
        if stored > 0 {
            let (name, size) = (manifest.name.clone(), manifest.size());
            all.push(StoredModel { name, size, stored, is_persistent: host.is_persistent(&folder) });
        }
    }
    order::sort_by(&mut all, |a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Bytes that are kept, those of the file that is under way among them, whoever downloads it.
pub(super) async fn stored(host: &impl Host, folder: &str, manifest: &Manifest) -> u64 {
    let under_way = match manifest.entries.iter().find(|entry| !entry.whole) {
        Some(entry) => {
            host.size(folder, &manifest.stored_name(&entry.file)).await.map_or(0, |size| size.min(entry.size))
        }
        None => 0,
    };
    manifest.stored_bytes().saturating_add(under_way)
}

/// Those of the checkpoints whose servers have other files than the ones that are kept. A server that cannot be asked, or does
/// not have the model any more, says nothing new.
pub(super) async fn outdated(host: &impl Host, names: Vec<String>) -> Vec<String> {
    let mut outdated = Vec::new();
    for name in names {
        let Ok(source) = Source::parse(&name) else { continue };
        let Ok(folder) = host.folder(&folder_of(&name)).await else { continue };
        let Ok(Some(kept)) = load_manifest(&folder).await else { continue };
        let now = resolve(&source, &host.network()).await;
        if now.is_ok_and(|now| kept.differs(&now.manifest)) {
            outdated.push(name);
        }
    }
    outdated
}

/// Deletes a checkpoint that nobody is downloading or loading, and the albums that were made by it. Where it is in memory
/// it stays loaded.
pub(super) async fn delete<H: Host>(
    host: &H,
    import_lock: &ImportLock<H::Lock>,
    name: &str,
) -> Result<Vec<StoredModel>, Failure> {
    import_lock.end(name);
    let folder = folder_of(name);
    let lock = host.try_lock(&folder).await.map_err(storage)?;
    let lock = lock.ok_or_else(|| storage(io::ErrorKind::ResourceBusy.into()))?;
    for album in Precision::ALL.map(|precision| album_of(name, precision)) {
        let lock = host.lock(&album).await.map_err(storage)?;
        remove(host, &album).await?;
        drop(lock);
    }
    remove(host, &folder).await?;
    drop(lock);
    list_models(host).await
}

async fn remove(host: &impl Host, folder: &str) -> Result<(), Failure> {
    match host.remove(folder).await {
        Ok(()) => {
            host.notify_changed(folder);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(storage(error)),
    }
}
