//! A download as a state machine: each step takes one piece, so that whoever drives it hears of other things between
//! two steps and may stop at any.

use sha2::{Digest, Sha256};
use web_time::Instant;

use super::kept::Kept;
use super::store::{keep, manifest, storage};
use super::survey::survey;
use super::{Answer, Body, Entry, Fetch, HubError, Manifest, Source, Store, Writable};
use crate::io::read_at::ReadAt;

/// Bytes of a kept file that are read again at a time when its download goes on.
const PIECE: usize = 1 << 20;

/// The files of a checkpoint on their way to where they are kept.
pub struct Download<S: Store, F: Fetch> {
    source: Source,
    store: S,
    fetch: F,
    manifest: Manifest,
    current: Option<Transfer<S::File, F::Body>>,
    /// Bytes that are kept of the file that is under way.
    came: u64,
    /// When this run began, and the bytes that had been kept by then.
    begun: Option<(Instant, u64)>,
}

/// A file that is being written.
struct Transfer<W, B> {
    file: W,
    /// None where no byte is missing.
    body: Option<B>,
    /// None where the server gives no digest to compare with.
    hash: Option<Sha256>,
    /// Whether this connection has brought anything.
    was_useful: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Bytes that are kept.
    pub done: u64,
    pub total: u64,
    /// Bytes per second since the download began or went on.
    pub rate: f64,
}

impl<S: Store, F: Fetch> Download<S, F> {
    /// Recalls what is kept, or asks the server which files there are; no weights come yet. A checkpoint that is wholly
    /// kept needs no network.
    pub async fn open(source: Source, store: S, fetch: F) -> Result<Self, HubError> {
        let manifest = match manifest(&store).await?.filter(|kept| kept.name == source.name) {
            Some(kept) => kept,
            None => {
                let found = survey(&source, &fetch).await?;
                // Bytes of an earlier download that nothing can verify are not gone on from.
                for entry in found.entries.iter().filter(|entry| entry.sha256.is_none()) {
                    let emptied = store.open(&entry.file).await.and_then(|mut file| file.truncate(0));
                    emptied.map_err(|source| storage(&entry.file, source))?;
                }
                keep(&store, Some(&found)).await?;
                found
            }
        };
        Ok(Download { source, store, fetch, manifest, current: None, came: 0, begun: None })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn progress(&self) -> Progress {
        let done = self.manifest.kept() + self.came;
        let rate = self.begun.map_or(0.0, |(begun, before)| {
            done.saturating_sub(before) as f64 / begun.elapsed().as_secs_f64().max(1e-3)
        });
        Progress { done, total: self.manifest.size(), rate }
    }

    /// One piece; whether all files are kept. A connection that breaks is opened again where it has brought something;
    /// otherwise this fails, and another call goes on from what is kept.
    pub async fn advance(&mut self) -> Result<bool, HubError> {
        let Some(at) = self.manifest.entries.iter().position(|entry| !entry.whole) else { return Ok(true) };
        let entry = self.manifest.entries[at].clone();
        let transfer = match self.current.take() {
            None => Some(self.connect(&entry).await?),
            Some(transfer) => self.receive(&entry, transfer).await?,
        };
        match transfer {
            Some(transfer) if self.came == entry.size => {
                self.came = 0;
                transfer.verify(&entry)?;
                self.manifest.entries[at].whole = true;
                keep(&self.store, Some(&self.manifest)).await?;
            }
            under_way => self.current = under_way,
        }
        Ok(self.manifest.is_whole())
    }

    /// Opens the file and asks for what is missing of it.
    async fn connect(&mut self, entry: &Entry) -> Result<Transfer<S::File, F::Body>, HubError> {
        let failed = |source| storage(&entry.file, source);
        let mut file = self.store.open(&entry.file).await.map_err(failed)?;
        if file.size() > entry.size {
            file.truncate(0).map_err(failed)?;
        }
        self.came = file.size();
        let mut body = None;
        if self.came < entry.size {
            let answer = self.fetch.get(&self.source.url(&entry.file), self.came).await;
            let reason = |reason| HubError::Unreachable { file: entry.file.clone(), reason };
            let answer = match self.unchanged(answer.map_err(reason)?, entry).await {
                Err(error @ (HubError::Length { .. } | HubError::Changed { .. })) => {
                    file.truncate(0).map_err(failed)?;
                    self.came = 0;
                    return Err(error);
                }
                answer => answer?,
            };
            if answer.from < self.came {
                file.truncate(0).map_err(failed)?;
                self.came = 0;
            }
            body = Some(answer.body);
        }
        let hash = match entry.sha256 {
            Some(_) => Some(hash(&file, self.came).map_err(failed)?),
            None => None,
        };
        let before = self.manifest.kept() + self.came;
        self.begun.get_or_insert_with(|| (Instant::now(), before));
        Ok(Transfer { file, body, hash, was_useful: false })
    }

    /// The answer if it brings the file that the manifest tells of; otherwise the manifest is forgotten.
    async fn unchanged(&self, answer: Answer<F::Body>, entry: &Entry) -> Result<Answer<F::Body>, HubError> {
        let file = entry.file.clone();
        if answer.is_beyond_the_end() {
            keep(&self.store, None).await?;
            return Err(HubError::Length { file, size: entry.size, found: self.came });
        }
        let answer = answer.found(&file)?.ok_or_else(|| HubError::Absent { file: file.clone() })?;
        if answer.size != Some(entry.size) || answer.sha256 != entry.sha256 {
            keep(&self.store, None).await?;
            return Err(HubError::Changed { file });
        }
        Ok(answer)
    }

    /// Writes the next piece; nothing is left of a connection that has ended before the file did.
    async fn receive(
        &mut self,
        entry: &Entry,
        mut transfer: Transfer<S::File, F::Body>,
    ) -> Result<Option<Transfer<S::File, F::Body>>, HubError> {
        let failed = |source| storage(&entry.file, source);
        let (file, size) = (entry.file.clone(), entry.size);
        let body = transfer.body.as_mut().expect("a file without missing bytes is not received");
        let piece = match body.next().await {
            Ok(Some(piece)) => piece,
            ended => {
                transfer.file.flush().map_err(failed)?;
                if transfer.was_useful {
                    return Ok(None);
                }
                let reason = ended.err().unwrap_or_else(|| "the server ended the connection".to_string());
                return Err(HubError::Broken { file, kept: self.came, size, reason });
            }
        };
        let found = self.came + piece.len() as u64;
        if found > size {
            transfer.file.truncate(0).map_err(failed)?;
            self.came = 0;
            return Err(HubError::Length { file, size, found });
        }
        transfer.file.write_at(self.came, &piece).map_err(failed)?;
        if let Some(hash) = &mut transfer.hash {
            hash.update(&piece);
        }
        self.came = found;
        transfer.was_useful |= !piece.is_empty();
        Ok(Some(transfer))
    }

    /// The files of a download that has ended.
    pub async fn files(&self) -> Result<Kept<S::File>, HubError> {
        Kept::open(&self.store, &self.manifest).await
    }
}

impl<W: Writable, B> Transfer<W, B> {
    /// Holds the digest against the server's; a damaged file is emptied.
    fn verify(mut self, entry: &Entry) -> Result<(), HubError> {
        let failed = |source| storage(&entry.file, source);
        if let (Some(hash), Some(expected)) = (self.hash, &entry.sha256) {
            let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            if found != *expected {
                self.file.truncate(0).map_err(failed)?;
                let (file, expected) = (entry.file.clone(), expected.clone());
                return Err(HubError::Damaged { file, expected, found });
            }
        }
        self.file.flush().map_err(failed)
    }
}

/// The digest of the first `size` bytes, to be gone on with.
fn hash(file: &impl Writable, size: u64) -> std::io::Result<Sha256> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    for at in (0..size).step_by(PIECE) {
        let piece = &mut piece[..(size - at).min(PIECE as u64) as usize];
        file.read_at(at, piece)?;
        hash.update(&*piece);
    }
    Ok(hash)
}
