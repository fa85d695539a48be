//! What a checkpoint is, before it is downloaded.

use std::io;

use super::download::open;
use super::folders::folder_of;
use super::models::stored;
use super::storage::{at_least, at_most, shortage, storage};
use crate::io::hub::{HubError, Source};
use crate::limits::{MAX_HELD, PAGE_WEIGHTS};
use crate::model::architecture::Architecture;
use crate::precision::Precision;
use crate::session::abilities::abilities;
use crate::session::host::Host;
use crate::session::protocol::{Failure, Offer, Recovery};

/// Reads the sizes of all files, and `config.json` itself, which is small; nothing is kept of what a server sends.
pub(super) async fn offer(host: &impl Host, name: &str, again: bool) -> Result<Offer, Failure> {
    let folder = folder_of(&Source::parse(name)?.name);
    let download = match open(host, name, again).await {
        // Not even an empty folder can be made: what a model is can be told all the same.
        Err(HubError::Storage { source, .. }) if source.kind() == io::ErrorKind::StorageFull => {
            host.move_to_memory(&folder).await.map_err(storage)?;
            open(host, name, again).await
        }
        opened => opened,
    }?;
    let manifest = download.manifest();
    let stored = stored(host, &folder, manifest).await;
    let architecture = Architecture::parse(&download.config().await?).map_err(|error| Failure {
        sentence: "This is no model that runs here.".to_string(),
        detail: error.to_string(),
        recovery: Recovery::ChangeInput,
    })?;
    let memory = Precision::ALL.map(|precision| architecture.bytes(precision));
    let least = memory.into_iter().min().unwrap_or(0);
    let missing = manifest.size().saturating_sub(stored);
    let space = host.available_bytes(&folder).await.filter(|space| *space < missing);
    let short = space.map(|space| shortage("this model", missing, Some(space))).unwrap_or_default();
    let is_persistent = host.is_persistent(&folder);
    let obstacle = if least > PAGE_WEIGHTS {
        format!("Its weights take {} in memory; a page can hold {}.", at_least(least), at_most(PAGE_WEIGHTS))
    } else if !short.is_empty() && (!is_persistent || missing > MAX_HELD) {
        format!("{short} Delete a model, or choose a smaller one.")
    } else {
        String::new()
    };
    let shortage = if obstacle.is_empty() { short } else { String::new() };
    let (kind, abilities) = abilities(&architecture);
    Ok(Offer {
        name: manifest.name.clone(),
        kind,
        abilities,
        parameters: architecture.parameters(),
        size: manifest.size(),
        stored,
        again,
        memory,
        obstacle,
        shortage,
        is_persistent,
    })
}

/// Refuses weights that would not fit, before any of them is loaded.
pub(crate) fn fits(architecture: &Architecture, precision: Precision) -> Result<(), Failure> {
    let memory = architecture.bytes(precision);
    if memory <= PAGE_WEIGHTS {
        return Ok(());
    }
    let (name, memory, most) = (precision.name(), at_least(memory), at_most(PAGE_WEIGHTS));
    Err(Failure {
        sentence: format!(
            "As {name} its weights take {memory}; a page can hold {most}: choose a smaller form."
        ),
        detail: String::new(),
        recovery: Recovery::ChangeInput,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_as_f32_may_fit_in_fewer_bits() {
        let wide = br#"{"model_type":"clip","text_config":{"hidden_size":4096,"intermediate_size":16384}}"#;
        let architecture = Architecture::parse(wide).expect("a CLIP");
        let refused = |precision| fits(&architecture, precision).map_err(|failure| failure.sentence);
        let sentence = "As f32 its weights take 10.9 GB; a page can hold 3.2 GB: choose a smaller form.";
        assert_eq!(refused(Precision::F32), Err(sentence.to_string()));
        assert_eq!(refused(Precision::Int8), Ok(()));
    }
}
