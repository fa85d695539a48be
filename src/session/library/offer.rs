//! What a checkpoint is, before it is downloaded.

use super::{open, storage};
use crate::io::hub::Store;
use crate::io::read_at::ReadAt;
use crate::model::architecture::Architecture;
use crate::session::abilities::abilities;
use crate::session::engine::Host;
use crate::session::protocol::{Failure, Offer, WayOn};

/// Bytes of weights that a page can hold: WebAssembly addresses 4 GiB, and the rest of the work needs some.
const MOST: u64 = 3 << 30;

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
    let parameters: u64 = architecture.weights().iter().map(|wanted| wanted.shape.numel() as u64).sum();
    let memory = 4 * parameters;
    let missing = manifest.size() - kept;
    let space = host.space().await.unwrap_or(u64::MAX);
    let obstacle = if memory > MOST {
        format!("Its weights take {} in memory; a page can hold {}.", gigabytes(memory), gigabytes(MOST))
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
        parameters,
        size: manifest.size(),
        kept,
        memory,
        obstacle,
    })
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}
