//! The connection by which a file of a download comes, and what the server sends on it.

use sha2::Digest;
use web_time::Instant;

use super::Download;
use crate::io::hub::form::is_weights;
use crate::io::hub::response::within;
use crate::io::hub::store::storage;
use crate::io::hub::transfer::{Transfer, hash};
use crate::io::hub::{Body, Entry, Fetch, HubError, Response, Store, Writable};
use crate::io::read_at::ReadAt;

impl<S: Store, F: Fetch> Download<S, F> {
    /// Opens the file and asks for what is missing of it.
    pub(super) async fn connect(&mut self, entry: &Entry) -> Result<Transfer<S::File, F::Body>, HubError> {
        let failed = |source| storage(&entry.file, source);
        let mut file = self.store.open(&self.manifest.stored_name(&entry.file)).await.map_err(failed)?;
        if file.size() > entry.size {
            file.truncate(0).map_err(failed)?;
        }
        self.came = file.size();
        self.farthest = self.farthest.max(self.came);
        let (mut body, mut is_digest) = (None, true);
        if self.came < entry.size {
            let response = self.ask(entry).await?;
            let response = match self.unchanged(response, entry).await {
                Err(error @ (HubError::Length { .. } | HubError::Changed { .. })) => {
                    file.truncate(0).map_err(failed)?;
                    self.came = 0;
                    return Err(error);
                }
                response => response?,
            };
            is_digest = response.is_digest;
            if response.from < self.came {
                file.truncate(0).map_err(failed)?;
                self.came = 0;
            }
            if let Some(entry) = self.manifest.entries.iter_mut().find(|other| other.file == entry.file) {
                entry.tag = response.tag;
            }
            body = Some(response.body);
        }
        let hash = match entry.sha256 {
            Some(_) => Some(hash(&file, self.came).map_err(failed)?),
            None => None,
        };
        let before = self.manifest.stored_bytes().saturating_add(self.came);
        self.begun.get_or_insert_with(|| (Instant::now(), before));
        Ok(Transfer { file, body, hash, is_digest })
    }

    /// Asks for the bytes of a file that have not come.
    async fn ask(&self, entry: &Entry) -> Result<Response<F::Body>, HubError> {
        let ask = async {
            let response = self.fetch.get(&self.source.url(&entry.file), self.came).await;
            response.map_err(|reason| HubError::Unreachable { file: entry.file.clone(), reason })
        };
        within(&self.fetch, &entry.file, ask).await
    }

    /// The answer if it brings the file that the manifest tells of; otherwise the server is to be asked anew.
    async fn unchanged(
        &mut self,
        response: Response<F::Body>,
        entry: &Entry,
    ) -> Result<Response<F::Body>, HubError> {
        let file = entry.file.clone();
        if response.is_beyond_the_end() {
            self.distrust().await?;
            return Err(HubError::Length { file, size: entry.size, found: self.came });
        }
        let response = response.found(&file)?.ok_or_else(|| HubError::Absent { file: file.clone() })?;
        // The length of a small file may have been counted. From its beginning on a file may have any tag: copies of a server
        // have tags of their own.
        let same_size = response.size.map_or(!is_weights(&file), |size| size == entry.size);
        let same_tag = self.came == 0 || entry.tag.is_none() || response.tag == entry.tag;
        let is_elsewhere = response.is_part() && response.from != self.came;
        if !same_size || !same_tag || is_elsewhere || response.sha256 != entry.sha256 {
            self.distrust().await?;
            return Err(HubError::Changed { file });
        }
        Ok(response)
    }

    /// Writes the next piece; nothing is left of a connection that has ended before the file did.
    pub(super) async fn receive(
        &mut self,
        entry: &Entry,
        mut transfer: Transfer<S::File, F::Body>,
    ) -> Result<Option<Transfer<S::File, F::Body>>, HubError> {
        let failed = |source| storage(&entry.file, source);
        let (file, size) = (entry.file.clone(), entry.size);
        let body = transfer.body.as_mut().expect("a file without missing bytes is not received");
        let next = async {
            body.next().await.map_err(|reason| HubError::Unreachable { file: file.clone(), reason })
        };
        let piece = match within(&self.fetch, &entry.file, next).await {
            Ok(Some(piece)) if !piece.is_empty() => piece,
            ended => {
                transfer.file.flush().map_err(failed)?;
                if self.came > self.farthest {
                    self.farthest = self.came;
                    return Ok(None);
                }
                // A small file may have become shorter; of weights the length is known.
                if !is_weights(&file) {
                    self.distrust().await?;
                }
                let reason = match ended {
                    Err(HubError::Unreachable { reason, .. }) => reason,
                    Err(error) => error.to_string(),
                    Ok(_) => "the server ended the connection".to_string(),
                };
                return Err(HubError::Broken { file, kept: self.came, size, reason });
            }
        };
        let found = self.came + piece.len() as u64;
        if found > size {
            transfer.file.truncate(0).map_err(failed)?;
            self.came = 0;
            self.distrust().await?;
            return Err(HubError::Length { file, size, found });
        }
        transfer.file.write_at(self.came, &piece).map_err(failed)?;
        if let Some(hash) = &mut transfer.hash {
            hash.update(&piece);
        }
        self.came = found;
        Ok(Some(transfer))
    }
}
