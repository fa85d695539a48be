//! Which files a checkpoint has of those that a model needs, and how large they are.

use super::{Answer, Body, Entry, Fetch, HubError, Manifest, Source};
use crate::io::weights::{INDEX, WHOLE, shards};

/// The ways in which a tokenizer is written down; the first that is there is taken.
pub(super) const TOKENIZERS: [&[&str]; 3] =
    [&["tokenizer.json"], &["vocab.json", "merges.txt"], &["vocab.txt"]];

/// Asks for the size of every file, configuration first and weights last; of the weights' bytes none is awaited.
pub(super) async fn survey(source: &Source, fetch: &impl Fetch) -> Result<Manifest, HubError> {
    let entry = async |file: &str| -> Result<Option<Entry>, HubError> {
        Ok(ask(source, fetch, file).await?.map(|(entry, _)| entry))
    };
    let config = entry("config.json").await?;
    let mut entries = vec![config.ok_or_else(|| HubError::Absent { file: "config.json".to_string() })?];
    const OPTIONAL: [&str; 4] = [
        "processor_config.json",
        "preprocessor_config.json",
        "tokenizer_config.json",
        "generation_config.json",
    ];
    for optional in OPTIONAL {
        entries.extend(entry(optional).await?);
    }
    for files in TOKENIZERS {
        let mut found = Vec::new();
        for file in files {
            found.extend(entry(file).await?);
        }
        if found.len() == files.len() {
            entries.extend(found);
            break;
        }
    }
    if let Some(whole) = entry(WHOLE).await? {
        entries.push(whole);
    } else {
        let (index, answer) = ask(source, fetch, INDEX).await?.ok_or(HubError::NoWeights)?;
        entries.push(index);
        for shard in shards(&all(answer, INDEX).await?)? {
            let shard = entry(&shard).await?.ok_or(HubError::Absent { file: shard })?;
            entries.push(shard);
        }
    }
    Ok(Manifest { name: source.name.clone(), entries })
}

async fn ask<F: Fetch>(
    source: &Source,
    fetch: &F,
    file: &str,
) -> Result<Option<(Entry, Answer<F::Body>)>, HubError> {
    let unreachable = |reason| HubError::Unreachable { file: file.to_string(), reason };
    let answer = fetch.get(&source.url(file), 0).await.map_err(unreachable)?;
    let Some(answer) = answer.found(file)? else { return Ok(None) };
    let size = answer.size.ok_or_else(|| HubError::Sizeless { file: file.to_string() })?;
    let entry = Entry { file: file.to_string(), size, sha256: answer.sha256.clone(), whole: false };
    Ok(Some((entry, answer)))
}

async fn all<B: Body>(mut answer: Answer<B>, file: &str) -> Result<Vec<u8>, HubError> {
    let mut bytes = Vec::new();
    let unreachable = |reason| HubError::Unreachable { file: file.to_string(), reason };
    while let Some(piece) = answer.body.next().await.map_err(unreachable)? {
        bytes.extend(piece);
    }
    Ok(bytes)
}
