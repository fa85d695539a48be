//! What a conversion costs: the same pictures and sentences through both models.

use std::path::{Path, PathBuf};

use crate::cli::checkpoint::photo;
use crate::cli::embed::picture_files;
use crate::cli::model::{choose_device, open_folder};
use crate::cli::{CliError, Common};
use crate::infer::Model as Loadable;
use crate::infer::checkpoint::{Agreement, EffectError, Made, scenes};
use crate::precision::Precision;

/// Scenes of our own world that stand for pictures and sentences.
const SCENES: u64 = 16;

/// How far a converted model is from its original, kept as f32, when the device keeps it as it was converted.
#[derive(serde::Serialize)]
pub struct Effect {
    pub pictures: usize,
    #[serde(flatten)]
    pub agreement: Agreement,
    /// Milliseconds per picture, original and converted.
    pub ms_before: f64,
    pub ms_after: f64,
    /// Bytes of the weights on the device.
    pub device_before: u64,
    pub device_after: u64,
}

/// Compares the models of two folders on the pictures of `folder`, or else on scenes of our world.
pub fn measure(
    [before, after]: [&Path; 2],
    precision: Precision,
    folder: Option<&PathBuf>,
    common: &Common,
) -> Result<Effect, CliError> {
    let (mut pictures, texts) = scenes(SCENES);
    if let Some(folder) = folder {
        let files = picture_files(folder)?;
        pictures = files.iter().map(|file| photo(file)).collect::<Result<_, _>>()?;
    }
    let made = |folder: &Path, precision: Precision| -> Result<(Made, u64), CliError> {
        let mut opened = open_folder(folder, choose_device(common.backend)?, precision)?;
        let Loadable::Checkpoint(checkpoint) = &mut opened.0 else {
            unreachable!("only published checkpoints are converted")
        };
        let made = pollster::block_on(checkpoint.make(&pictures, &texts)).map_err(|error| match error {
            EffectError::Device(error) => CliError::failure(error),
            error => CliError::input(error),
        })?;
        Ok((made, checkpoint.architecture.bytes(precision)))
    };
    let (before, device_before) = made(before, Precision::F32)?;
    let (after, device_after) = made(after, precision)?;
    Ok(Effect {
        pictures: pictures.len(),
        agreement: after.agreement(&before),
        ms_before: before.ms,
        ms_after: after.ms,
        device_before,
        device_after,
    })
}
