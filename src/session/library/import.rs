//! A checkpoint that the visitor has as files.

use std::cell::RefCell;
use std::io;

use super::folders::folder_of;
use super::storage::{Need, full, storage};
use crate::io::hub::{Entry, HubError, Manifest, Store, Writable, check, load_manifest, save_manifest};
use crate::session::host::Host;
use crate::session::protocol::{Event, Failure, Recovery};

/// The lock of the checkpoint whose files the visitor is handing in, under its name: it outlasts a request.
pub struct ImportLock<L>(RefCell<Option<(String, L)>>);

impl<L> Default for ImportLock<L> {
    fn default() -> Self {
        ImportLock(RefCell::new(None))
    }
}

impl<L> ImportLock<L> {
    fn is_at(&self, name: &str) -> bool {
        self.0.borrow().as_ref().is_some_and(|(at, _)| at == name)
    }

    fn begin(&self, name: &str, lock: L) {
        self.0.replace(Some((name.to_string(), lock)));
    }

    /// Lets go of the checkpoint of this name.
    pub(super) fn end(&self, name: &str) {
        self.0.borrow_mut().take_if(|(at, _)| at == name);
    }

    /// Lets go of whichever checkpoint it is.
    pub(super) fn clear(&self) {
        self.0.replace(None);
    }
}

/// Bytes of one of the files of the checkpoint `name`, from `start`; every file has its size beside it.
pub(super) struct Piece<'a> {
    pub name: &'a str,
    pub files: &'a [(String, u64)],
    pub file: usize,
    pub start: u64,
    pub bytes: &'a [u8],
}

/// Writes a piece; after the last one the checkpoint is listed like one that was downloaded. From the first piece to
/// the last the folder is this page's alone.
pub(super) async fn import<H: Host>(
    host: &H,
    import_lock: &ImportLock<H::Lock>,
    piece: Piece<'_>,
) -> Result<Event, Failure> {
    let name = piece.name;
    let imported = write(host, import_lock, piece).await;
    if imported.is_err() {
        import_lock.end(name);
    }
    imported
}

async fn write<H: Host>(
    host: &H,
    import_lock: &ImportLock<H::Lock>,
    Piece { name, files, file, start, bytes }: Piece<'_>,
) -> Result<Event, Failure> {
    let sizes = files.iter().map(|(_, size)| size);
    let total = sizes.clone().fold(0, |sum: u64, size| sum.saturating_add(*size));
    let is_plain = |name: &str| {
        !name.contains(['/', '\\', '~']) && !name.starts_with('.') && !name.starts_with("manifest.")
    };
    let entry = files.get(file).filter(|(name, size)| {
        let end = start.checked_add(bytes.len() as u64);
        is_plain(name) && end.is_some_and(|end| end <= *size)
    });
    let Some((file_name, size)) = entry else {
        return Err(Failure {
            sentence: "This is no piece of a model's file.".to_string(),
            detail: format!("{:?} from {start}", files.get(file)),
            recovery: Recovery::ChangeInput,
        });
    };
    let key = folder_of(name);
    let is_first = file == 0 && start == 0;
    let was_at_it = import_lock.is_at(name);
    if !was_at_it {
        let lock = host.try_lock(&key).await.map_err(storage)?;
        import_lock.begin(name, lock.ok_or_else(|| storage(io::ErrorKind::ResourceBusy.into()))?);
    }
    let need = Need { missing: *size - start, whole: total };
    let fails = async |error| full(host, &key, file_name, need, error).await;
    let folder = match host.folder(&key).await {
        Ok(folder) => folder,
        Err(error) => return Err(fails(error).await),
    };
    if is_first {
        // From here on the list shows what has come, and deletes it. What an earlier attempt has left is no checkpoint any more.
        if let Err(error) = note(&folder, name, files, 0).await {
            return Err(fails(error).await);
        }
    } else if !was_at_it && load_manifest(&folder).await?.is_none() {
        return Err(Failure {
            sentence: "The files that had come were deleted: hand the folder in again.".to_string(),
            detail: String::new(),
            recovery: Recovery::ChangeInput,
        });
    }
    let is_complete = start + bytes.len() as u64 == *size;
    let store_piece = async || {
        let mut file = folder.open(file_name).await?;
        if start == 0 {
            file.truncate(0)?;
        }
        file.write_at(start, bytes)?;
        file.flush().map(|()| file)
    };
    let mut written = match store_piece().await {
        Ok(written) => written,
        Err(error) => return Err(fails(error).await),
    };
    if is_complete && let Err(error) = check(file_name, &written) {
        written.truncate(0).map_err(storage)?;
        return Err(error.into());
    }
    let done = sizes.take(file).sum::<u64>() + start + bytes.len() as u64;
    if is_complete {
        if let Err(error) = note(&folder, name, files, file + 1).await {
            return Err(fails(error).await);
        }
        if file + 1 == files.len() {
            import_lock.end(name);
            host.notify_changed(&key);
        }
    }
    Ok(Event::Imported { done, total })
}

/// Keeps a manifest that tells of the first `whole` files as here.
async fn note(folder: &impl Store, name: &str, files: &[(String, u64)], whole: usize) -> io::Result<()> {
    let entry = |(at, (file, size)): (usize, &(String, u64))| Entry {
        file: file.clone(),
        size: *size,
        sha256: None,
        tag: None,
        came: None,
        whole: at < whole,
    };
    let entries = files.iter().enumerate().map(entry).collect();
    let manifest = Manifest { name: name.to_string(), entries, generation: 0, is_stale: false };
    match save_manifest(folder, Some(&manifest)).await {
        Err(HubError::Storage { source, .. }) => Err(source),
        kept => kept.map_err(io::Error::other),
    }
}
