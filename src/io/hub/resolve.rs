//! Which files a checkpoint has of those that a model needs, and how large they are.

use super::form::{BEGINNING, beginning, is_weights, small};
use super::manifest::TOKENIZERS;
use super::response::within;
use super::{Body, Entry, Fetch, HubError, Manifest, Response, Source, check};
use crate::io::weights::{INDEX, WHOLE, shards};

/// Files that a model may do without.
const OPTIONAL: [&str; 4] =
    ["processor_config.json", "preprocessor_config.json", "tokenizer_config.json", "generation_config.json"];

/// What a server has, and what the model is; nothing of it is kept yet.
pub struct Resolved {
    pub manifest: Manifest,
    /// The bytes of `config.json`.
    pub config: Vec<u8>,
}

/// Asks for every file once, configuration first and weights last: for its size and its first bytes, by which a page that a
/// server sends for a missing file counts as none. Of the weights no more is awaited.
pub async fn resolve(source: &Source, fetch: &impl Fetch) -> Result<Resolved, HubError> {
    let resolver = Resolver { source, fetch };
    let (config, bytes) = resolver.whole("config.json").await?;
    let mut entries = vec![config];
    for optional in OPTIONAL {
        entries.extend(resolver.optional(optional).await?);
    }
    for files in TOKENIZERS {
        let mut found = Vec::new();
        for file in files {
            found.extend(resolver.optional(file).await?);
        }
        if found.len() == files.len() {
            entries.extend(found);
            break;
        }
    }
    entries.extend(resolver.weights().await?);
    let manifest = Manifest { name: source.name.clone(), entries, generation: 0, is_stale: false };
    Ok(Resolved { manifest, config: bytes })
}

struct Resolver<'a, F> {
    source: &'a Source,
    fetch: &'a F,
}

impl<F: Fetch> Resolver<'_, F> {
    /// A file that is there only if the server sends it, and not a page or a refusal.
    async fn optional(&self, file: &str) -> Result<Option<Entry>, HubError> {
        match self.entry(file).await {
            Err(HubError::Absent { .. } | HubError::Page { .. } | HubError::Denied { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    async fn weights(&self) -> Result<Vec<Entry>, HubError> {
        let refused = match self.entry(WHOLE).await {
            Ok(whole) => return Ok(vec![whole]),
            Err(HubError::Absent { .. }) => HubError::NoWeights,
            // Some servers send a page for what they do not have, or refuse it.
            Err(refused @ (HubError::Page { .. } | HubError::Denied { .. })) => refused,
            Err(error) => return Err(error),
        };
        let (index, bytes) = match self.whole(INDEX).await {
            Err(HubError::Absent { .. } | HubError::Page { .. } | HubError::Denied { .. }) => {
                return Err(refused);
            }
            found => found?,
        };
        let mut entries = vec![index];
        for shard in shards(&bytes)? {
            entries.push(self.entry(&shard).await?);
        }
        Ok(entries)
    }

    /// Size and tags of a file, whose first bytes are of its form.
    async fn entry(&self, file: &str) -> Result<Entry, HubError> {
        let mut response = self.ask(file).await?;
        let mut bytes = Vec::new();
        // Where the length is not told the bytes of a small file are counted.
        let is_counted = response.size.is_none() && !is_weights(file);
        while is_counted || bytes.len() < BEGINNING {
            let Some(piece) = self.next(&mut response.body, file).await? else { break };
            bytes.extend(piece);
            small(file, bytes.len() as u64)?;
        }
        beginning(file, response.size, &bytes)?;
        let size = response.size.or(is_counted.then_some(bytes.len() as u64));
        entry(file, size, &response)
    }

    /// A small file with all its bytes, which are of its form.
    async fn whole(&self, file: &str) -> Result<(Entry, Vec<u8>), HubError> {
        let mut response = self.ask(file).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = self.next(&mut response.body, file).await? {
            bytes.extend(piece);
            small(file, bytes.len() as u64)?;
        }
        check(file, &bytes)?;
        let found = bytes.len() as u64;
        match response.size {
            Some(size) if size != found => Err(HubError::Length { file: file.to_string(), size, found }),
            _ => Ok((entry(file, Some(found), &response)?, bytes)),
        }
    }

    /// The next bytes; a server may be slow, but not silent.
    async fn next(&self, body: &mut F::Body, file: &str) -> Result<Option<Vec<u8>>, HubError> {
        let unreachable = |reason| HubError::Unreachable { file: file.to_string(), reason };
        within(self.fetch, file, async { body.next().await.map_err(unreachable) }).await
    }

    async fn ask(&self, file: &str) -> Result<Response<F::Body>, HubError> {
        let unreachable = |reason| HubError::Unreachable { file: file.to_string(), reason };
        let get = async { self.fetch.get(&self.source.url(file), 0).await.map_err(unreachable) };
        let response = within(self.fetch, file, get).await?;
        let response = response.found(file)?.ok_or_else(|| HubError::Absent { file: file.to_string() })?;
        if response.from > 0 {
            let reason = format!("the server sends it from byte {} on", response.from);
            return Err(HubError::Form { file: file.to_string(), reason });
        }
        if !is_weights(file) {
            response.size.map_or(Ok(()), |size| small(file, size))?;
        }
        Ok(response)
    }
}

fn entry<B>(file: &str, size: Option<u64>, response: &Response<B>) -> Result<Entry, HubError> {
    let file = file.to_string();
    let Some(size) = size else { return Err(HubError::Sizeless { file }) };
    Ok(Entry {
        file,
        size,
        sha256: response.sha256.clone(),
        tag: response.tag.clone(),
        came: None,
        whole: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Duration;

    /// Every answer comes after a while, and every byte; so many of these whiles are all the patience there is.
    struct Slow;

    const PATIENCE: u32 = 3;

    /// Is ready when it has been asked for so often.
    async fn whiles(mut left: u32) {
        poll_fn(|context| {
            context.waker().wake_by_ref();
            left = left.saturating_sub(1);
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    impl Fetch for Slow {
        type Body = std::vec::IntoIter<u8>;

        async fn pause(&self, _: Duration) {
            whiles(PATIENCE).await;
        }

        async fn get(&self, url: &str, from: u64) -> Result<Response<Self::Body>, String> {
            whiles(2).await;
            let is_there = url.ends_with("/config.json") || url.ends_with(WHOLE);
            let weights = [&2_u64.to_le_bytes()[..], b"{}"].concat();
            let bytes = if url.ends_with(WHOLE) { weights } else { br#"{"a": [1, 2, 3]}"#.to_vec() };
            let length = bytes.len().to_string();
            let header = |name: &str| (name == "content-length").then(|| length.clone());
            Ok(Response::new(if is_there { 200 } else { 404 }, from, header, bytes.into_iter()))
        }
    }

    impl Body for std::vec::IntoIter<u8> {
        async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
            whiles(2).await;
            Ok(Iterator::next(self).map(|byte| vec![byte]))
        }
    }

    #[test]
    fn a_server_may_be_slow_but_not_silent() {
        let source = Source::parse("https://example.org/model").unwrap();
        let found = block_on(resolve(&source, &Slow)).map(|resolved| resolved.manifest.entries.len());
        assert!(matches!(found, Ok(2)), "{found:?}");
    }
}
