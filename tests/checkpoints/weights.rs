//! The weights of a checkpoint's folder.

use std::path::Path;

use triptych::infer::checkpoint::Checkpoint;
use triptych::io::file::Folder;
use triptych::io::weights::{Weights, WeightsError};
use triptych::tensor::HostTensor;

/// Every weight as the model asks for it, by name.
pub fn weights(folder: &Path) -> Vec<(String, HostTensor)> {
    let files = Folder(folder.to_path_buf());
    let weights = Weights::open(&files).unwrap();
    let all = Checkpoint::architecture(&files).unwrap().weights().into_iter().map(|wanted| {
        let other = wanted.others.iter().find(|other| !weights.has(&wanted.name) && weights.has(other));
        let mut values = Vec::new();
        let take = |_, piece: Vec<f32>| -> Result<(), WeightsError> {
            values.extend(piece);
            Ok(())
        };
        let held = other.unwrap_or(&wanted.name);
        weights.pieces(held, &wanted.shape, take).unwrap_or_else(|error| panic!("{error}"));
        (wanted.name, HostTensor::f32(wanted.shape, values))
    });
    all.collect()
}
