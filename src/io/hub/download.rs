//! A download as a state machine: each step takes one piece, so that whoever drives it hears of other things between
//! two steps and may stop at any.

mod connection;

use web_time::Instant;

use super::form::small;
use super::manifest::NEXT;
use super::resolve::{Resolved, resolve};
use super::store::{self, load_manifest, storage};
use super::stored::StoredFiles;
use super::transfer::{Transfer, TransferProgress};
use super::{Entry, Fetch, HubError, MANIFEST, Manifest, Source, Store, Writable};
use crate::io::read_at::ReadAt;

/// The files of a checkpoint on their way to where they are kept.
pub struct Download<S: Store, F: Fetch> {
    source: Source,
    store: S,
    fetch: F,
    manifest: Manifest,
    /// What is kept already and stays in use until all of `manifest` is here.
    former: Option<Manifest>,
    /// `config.json` as the server sent it when it was asked; none where the store has the manifest.
    resolved: Option<Vec<u8>>,
    /// Files of which other bytes are kept than it tells of.
    changed: Vec<String>,
    current: Option<Transfer<S::File, F::Body>>,
    /// Bytes that are kept of the file that is under way.
    came: u64,
    /// The most that have been kept of it: a connection that brings no more has been in vain.
    farthest: u64,
    /// Whether the files are still as long as the manifest says.
    is_checked: bool,
    /// When this run began, and the bytes that had been kept by then.
    begun: Option<(Instant, u64)>,
}

impl<S: Store, F: Fetch> Download<S, F> {
    /// Recalls what is kept, or asks the server which files there are; nothing is kept before the first
    /// [`Download::advance`]. A checkpoint that is wholly kept needs no network.
    pub async fn open(source: Source, store: S, fetch: F) -> Result<Self, HubError> {
        let kept = load_manifest(&store).await?.filter(|kept| kept.name == source.name);
        Self::new(source, store, fetch, kept, None).await
    }

    /// Asks the server anew where the checkpoint is wholly kept. What is kept stays in use until all files have come, and is
    /// deleted then.
    pub async fn again(source: Source, store: S, fetch: F) -> Result<Self, HubError> {
        let kept = load_manifest(&store).await?.filter(|kept| kept.name == source.name);
        let Some(former) = kept.filter(Manifest::is_whole) else {
            return Self::open(source, store, fetch).await;
        };
        let is_next = |next: &Manifest| {
            next.name == source.name && next.generation == former.generation.saturating_add(1)
        };
        // What was begun may be what the visitor wants to be rid of: the server may have been repaired since.
        let next = store::read(&store, NEXT).await?.filter(is_next);
        let next = next.map(|next| Manifest { is_stale: true, ..next });
        Self::new(source, store, fetch, next, Some(former)).await
    }

    async fn new(
        source: Source,
        store: S,
        fetch: F,
        kept: Option<Manifest>,
        former: Option<Manifest>,
    ) -> Result<Self, HubError> {
        let mut changed = Vec::new();
        let (manifest, resolved) = match kept {
            Some(kept) if !kept.is_stale => (kept, None),
            stale => {
                let Resolved { mut manifest, config } = resolve(&source, &fetch).await?;
                manifest.generation = former.as_ref().map_or(0, |former| former.generation.saturating_add(1));
                if let Some(stale) = stale {
                    changed = stale.carry_over(&mut manifest);
                }
                (manifest, Some(config))
            }
        };
        let is_checked = resolved.is_some();
        let (current, came, farthest, begun) = (None, 0, 0, None);
        Ok(Download {
            source,
            store,
            fetch,
            manifest,
            former,
            resolved,
            changed,
            current,
            came,
            farthest,
            is_checked,
            begun,
        })
    }

    /// Keeps the manifest. Bytes of an earlier download that are of another file, or that nothing can verify, are not gone on
    /// from.
    async fn begin(&mut self) -> Result<(), HubError> {
        let is_changed = |entry: &Entry| self.changed.contains(&entry.file);
        let is_unsure = |entry: &&Entry| !entry.whole && (entry.sha256.is_none() || is_changed(entry));
        for entry in self.manifest.entries.iter().filter(is_unsure) {
            self.empty(&self.manifest.stored_name(&entry.file)).await?;
        }
        self.save_manifest(Some(&self.manifest)).await?;
        self.resolved = None;
        Ok(())
    }

    async fn empty(&self, stored: &str) -> Result<(), HubError> {
        let emptied = self.store.open(stored).await.and_then(|mut file| file.truncate(0));
        emptied.map_err(|source| storage(stored, source))
    }

    /// The server has sent something else than the manifest tells of.
    async fn distrust(&mut self) -> Result<(), HubError> {
        self.manifest.is_stale = true;
        self.save_manifest(Some(&self.manifest)).await
    }

    async fn save_manifest(&self, manifest: Option<&Manifest>) -> Result<(), HubError> {
        let name = if self.former.is_some() { NEXT } else { MANIFEST };
        store::write(&self.store, name, manifest).await
    }

    /// The bytes of `config.json`, which is small: as the server sent it just now, or as it is kept; asked for where it is not
    /// kept yet.
    pub async fn config(&self) -> Result<Vec<u8>, HubError> {
        if let Some(config) = &self.resolved {
            return Ok(config.clone());
        }
        const CONFIG: &str = "config.json";
        if !self.manifest.entries.iter().any(|entry| entry.file == CONFIG && entry.whole) {
            return Ok(resolve(&self.source, &self.fetch).await?.config);
        }
        let failed = |source| storage(CONFIG, source);
        let file = self.store.open(&self.manifest.stored_name(CONFIG)).await.map_err(failed)?;
        small(CONFIG, file.size())?;
        file.read_vec(0, file.size()).map_err(failed)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn progress(&self) -> TransferProgress {
        let done = self.manifest.stored_bytes().saturating_add(self.came);
        let rate = self.begun.map_or(0.0, |(begun, before)| {
            done.saturating_sub(before) as f64 / begun.elapsed().as_secs_f64().max(1e-3)
        });
        TransferProgress { done, total: self.manifest.size(), rate }
    }

    /// One piece; whether all files are kept. A connection that breaks is opened again where it has brought something;
    /// otherwise this fails, and another call goes on from what is kept.
    pub async fn advance(&mut self) -> Result<bool, HubError> {
        if !std::mem::replace(&mut self.is_checked, true) {
            self.recheck().await?;
        }
        if self.resolved.is_some() {
            self.begin().await?;
        }
        let Some(at) = self.manifest.entries.iter().position(|entry| !entry.whole) else {
            self.replace_former().await?;
            return Ok(true);
        };
        let entry = self.manifest.entries[at].clone();
        let transfer = match self.current.take() {
            None => Some(self.connect(&entry).await?),
            Some(transfer) => self.receive(&entry, transfer).await?,
        };
        match transfer {
            Some(transfer) if self.came == entry.size => {
                (self.came, self.farthest) = (0, 0);
                if let Err(error) = transfer.verify(&entry) {
                    if let HubError::Damaged { found, .. } = &error {
                        self.manifest.entries[at].came = Some(found.clone());
                    }
                    self.distrust().await?;
                    return Err(error);
                }
                (self.manifest.entries[at].whole, self.manifest.is_stale) = (true, false);
                self.save_manifest(Some(&self.manifest)).await?;
            }
            under_way => self.current = under_way,
        }
        if self.manifest.is_whole() {
            self.replace_former().await?;
        }
        Ok(self.manifest.is_whole())
    }

    /// What a break has cost of the files that are kept is to come again.
    async fn recheck(&mut self) -> Result<(), HubError> {
        let mut lost = Vec::new();
        for (at, entry) in self.manifest.entries.iter().enumerate().filter(|(_, entry)| entry.whole) {
            let stored = self.manifest.stored_name(&entry.file);
            if self.store.open(&stored).await.map_err(|source| storage(&stored, source))?.size() != entry.size
            {
                self.empty(&stored).await?;
                lost.push(at);
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        lost.into_iter().for_each(|at| self.manifest.entries[at].whole = false);
        self.save_manifest(Some(&self.manifest)).await
    }

    /// From here on the files of this manifest are the checkpoint.
    async fn replace_former(&mut self) -> Result<(), HubError> {
        if self.former.is_none() {
            return Ok(());
        }
        store::write(&self.store, MANIFEST, Some(&self.manifest)).await?;
        self.save_manifest(None).await?;
        let Some(former) = self.former.take() else { return Ok(()) };
        for entry in &former.entries {
            self.empty(&former.stored_name(&entry.file)).await?;
        }
        Ok(())
    }

    /// The files of a download that has ended.
    pub async fn files(&self) -> Result<StoredFiles<S::File>, HubError> {
        StoredFiles::open(&self.store, &self.manifest).await
    }
}
