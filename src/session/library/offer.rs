//! What a checkpoint is, before it is downloaded.

use super::{open, storage};
use crate::io::hub::Store;
use crate::io::read_at::ReadAt;
use crate::limits::PAGE_WEIGHTS;
use crate::model::architecture::Architecture;
use crate::precision::Precision;
use crate::session::abilities::abilities;
use crate::session::engine::Host;
use crate::session::protocol::{Failure, Offer, WayOn};

/// Reads the sizes of all files, and `config.json` itself, which is small and comes first.
pub(super) async fn offer(host: &impl Host, name: &str) -> Result<Offer, Failure> {
    let mut download = open(host, name).await?;
    while download.manifest().entries.first().is_some_and(|config| !config.whole) {
        download.advance().await?;
    }
    let (manifest, kept) = (download.manifest().clone(), download.progress().done);
    drop(download);
    let folder = host.folder(&super::folder_of(&manifest.name)).await.map_err(storage)?;
    let config = async || {
        let file = folder.open("config.json").await?;
        let mut bytes = vec![0; file.size() as usize];
        file.read_at(0, &mut bytes).map(|()| bytes)
    };
    let architecture = Architecture::parse(&config().await.map_err(storage)?).map_err(|error| Failure {
        sentence: "This is no model that runs here.".to_string(),
        detail: error.to_string(),
        way_on: WayOn::ChangeInput,
    })?;
    let memory = Precision::ALL.map(|precision| architecture.bytes(precision));
    let least = memory.into_iter().min().unwrap_or(0);
    let missing = manifest.size() - kept;
    let space = host.space().await.unwrap_or(u64::MAX);
    let obstacle = if least > PAGE_WEIGHTS {
        format!(
            "Its weights take {} in memory; a page can hold {}.",
            gigabytes(least),
            gigabytes(PAGE_WEIGHTS)
        )
    } else if missing > space {
        format!("{} are missing, and this browser may keep {} more.", gigabytes(missing), gigabytes(space))
    } else {
        String::new()
    };
    let (kind, abilities) = abilities(&architecture);
    Ok(Offer {
        name: manifest.name.clone(),
        kind,
        abilities,
        parameters: architecture.parameters(),
        size: manifest.size(),
        kept,
        memory,
        obstacle,
    })
}

/// Refuses weights that would not fit, before any of them is loaded.
pub fn fits(architecture: &Architecture, precision: Precision) -> Result<(), Failure> {
    let memory = architecture.bytes(precision);
    if memory <= PAGE_WEIGHTS {
        return Ok(());
    }
    let (name, memory, most) = (precision.name(), gigabytes(memory), gigabytes(PAGE_WEIGHTS));
    Err(Failure {
        sentence: format!(
            "As {name} its weights take {memory}; a page can hold {most}: choose a smaller form."
        ),
        detail: String::new(),
        way_on: WayOn::ChangeInput,
    })
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_as_f32_may_fit_in_fewer_bits() {
        let wide = br#"{"model_type":"clip","text_config":{"hidden_size":4096,"intermediate_size":16384}}"#;
        let architecture = Architecture::parse(wide).expect("a CLIP");
        let refused = |precision| fits(&architecture, precision).map_err(|failure| failure.sentence);
        let sentence = "As f32 its weights take 10.8 GB; a page can hold 3.2 GB: choose a smaller form.";
        assert_eq!(refused(Precision::F32), Err(sentence.to_string()));
        assert_eq!(refused(Precision::Int8), Ok(()));
    }
}
