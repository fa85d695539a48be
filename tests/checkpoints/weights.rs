//! The weights of a checkpoint's folder.

use std::path::Path;

use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::io::weights::{Weights, WeightsError};
use triptych::tensor::HostTensor;

/// Every weight as the model asks for it, by name.
pub(crate) fn weights(folder: &Path) -> Vec<(String, HostTensor)> {
    let files = Folder(folder.to_path_buf());
    let weights = Weights::open(&files).unwrap();
    let all = VisionLanguageModel::architecture(&files).unwrap().file_params().into_iter().map(|param| {
        let other = param.aliases.iter().find(|other| !weights.has(&param.name) && weights.has(other));
        let mut values = Vec::new();
        let take = |_, piece: Vec<f32>| -> Result<(), WeightsError> {
            values.extend(piece);
            Ok(())
        };
        let held = other.unwrap_or(&param.name);
        weights.pieces(held, &param.shape, take).unwrap_or_else(|error| panic!("{error}"));
        (param.name, HostTensor::f32(param.shape, values))
    });
    all.collect()
}
