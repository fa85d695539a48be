//! What a conversion costs: the same pictures and sentences through both models.

use std::path::Path;

use crate::cli::model::{choose_device, open_folder};
use crate::cli::photos::{Found, Skipped, each, warn_skipped};
use crate::cli::{CliError, Common};
use crate::eval::precision_eval::{ModelOutputs, PrecisionError, PrecisionMetrics, scenes};
use crate::pixels::Pixels;
use crate::precision::Precision;

/// Scenes of our own world that stand for pictures and sentences.
const SCENES: u64 = 16;

/// How far a converted model is from its original, kept as f32, when the device keeps it as it was converted.
#[derive(serde::Serialize)]
pub(super) struct ConversionReport {
    pub pictures: usize,
    #[serde(flatten)]
    pub metrics: PrecisionMetrics,
    /// Milliseconds per picture, original and converted.
    pub ms_before: f64,
    pub ms_after: f64,
    /// Bytes of the weights on the device.
    pub device_before: u64,
    pub device_after: u64,
    /// Files of the pictures' folder of which a part is missing, and those that were left out.
    pub incomplete: Vec<String>,
    pub skipped: Vec<Skipped>,
}

/// Compares the models of two folders on the pictures that were found, or else on scenes of our world.
pub(super) fn measure(
    [before, after]: [&Path; 2],
    precision: Precision,
    found: Option<Found>,
    common: &Common,
) -> Result<ConversionReport, CliError> {
    let (scenes, texts) = scenes(SCENES);
    // Fitted by the first model: the second is the same in other bits.
    let mut pictures: Vec<Pixels> = Vec::new();
    let (mut incomplete, mut skipped) = (Vec::new(), Vec::new());
    let mut outputs = |folder: &Path, precision: Precision| -> Result<(ModelOutputs, u64), CliError> {
        let mut opened = open_folder(folder, choose_device(common.backend)?, precision)?;
        let model = &mut opened.0;
        if pictures.is_empty() {
            pictures = match &found {
                Some(found) => {
                    let mut fitted = Vec::new();
                    let (files, unusable) = each(&found.pictures, |picture| {
                        fitted.extend(picture.map(|picture| model.fit(&picture.pixels)));
                        Ok(())
                    })?;
                    let files = files.iter().filter(|file| file.is_incomplete);
                    incomplete = files.map(|file| file.path.display().to_string()).collect();
                    skipped = [&found.skipped[..], &unusable].concat();
                    fitted
                }
                None => scenes.iter().map(|scene| model.fit(scene)).collect(),
            };
        }
        let outputs =
            pollster::block_on(ModelOutputs::of(model, &pictures, &texts)).map_err(|error| match error {
                PrecisionError::Device(error) => error.into(),
                error => CliError::input(error),
            })?;
        Ok((outputs, model.architecture.bytes(precision)))
    };
    let (before, device_before) = outputs(before, Precision::F32)?;
    let (after, device_after) = outputs(after, precision)?;
    warn_skipped(&skipped);
    Ok(ConversionReport {
        pictures: pictures.len(),
        metrics: after.compare(&before),
        ms_before: before.ms,
        ms_after: after.ms,
        device_before,
        device_after,
        incomplete,
        skipped,
    })
}
