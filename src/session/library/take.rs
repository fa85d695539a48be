//! A checkpoint that the visitor has as files.

use super::{Taking, folder_of, full, storage};
use crate::io::hub::{Entry, Manifest, Store, Writable, check, keep};
use crate::session::engine::Host;
use crate::session::protocol::{Event, Failure, WayOn};

/// Writes a piece; after the last one the checkpoint is on the shelf like one that was downloaded. From the first piece to
/// the last the folder is this page's alone.
pub(super) async fn take<H: Host>(
    host: &H,
    taking: &Taking<H::Lock>,
    name: &str,
    files: &[(String, u64)],
    file: usize,
    start: u64,
    bytes: &[u8],
) -> Result<Event, Failure> {
    let sizes = files.iter().map(|(_, size)| size);
    let total = sizes.clone().fold(0, |sum: u64, size| sum.saturating_add(*size));
    let is_plain = |name: &str| {
        !name.contains(['/', '\\', '~']) && !name.starts_with('.') && !name.starts_with("manifest.")
    };
    let piece = files.get(file).filter(|(name, size)| {
        let end = start.checked_add(bytes.len() as u64);
        is_plain(name) && end.is_some_and(|end| end <= *size)
    });
    let Some((file_name, size)) = piece else {
        return Err(Failure {
            sentence: "This is no piece of a model's file.".to_string(),
            detail: format!("{:?} from {start}", files.get(file)),
            way_on: WayOn::ChangeInput,
        });
    };
    let key = folder_of(name);
    if !taking.is_at(name) {
        let lock = host.try_lock(&key).await.map_err(storage)?;
        taking.begin(name, lock.ok_or_else(|| storage(std::io::ErrorKind::ResourceBusy.into()))?);
    }
    let folder = host.folder(&key).await.map_err(storage)?;
    if file == 0 && start == 0 {
        // What an earlier attempt has left is no checkpoint any more.
        keep(&folder, None).await?;
    }
    let is_complete = start + bytes.len() as u64 == *size;
    let write = async || {
        let mut file = folder.open(file_name).await?;
        if start == 0 {
            file.truncate(0)?;
        }
        file.write_at(start, bytes)?;
        file.flush().map(|()| file)
    };
    let written = match write().await {
        Ok(written) => written,
        Err(error) => {
            taking.end(name);
            return Err(full(host, &key, file_name, *size - start, error).await);
        }
    };
    if is_complete && let Err(error) = check(file_name, &written) {
        taking.end(name);
        return Err(error.into());
    }
    let done = sizes.take(file).sum::<u64>() + start + bytes.len() as u64;
    if file + 1 == files.len() && is_complete {
        let entry = |(file, size): &(String, u64)| Entry {
            file: file.clone(),
            size: *size,
            sha256: None,
            tag: None,
            whole: true,
        };
        let entries = files.iter().map(entry).collect();
        let manifest = Manifest { name: name.to_string(), entries, generation: 0, is_stale: false };
        keep(&folder, Some(&manifest)).await?;
        taking.end(name);
        host.tell(&key);
    }
    Ok(Event::Taken { done, total })
}
