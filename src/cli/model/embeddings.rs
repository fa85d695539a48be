//! Pictures and sentences to unit vectors.

use std::path::PathBuf;

use super::LoadedModel;
use crate::cli::photos::{Skipped, none_left, open, warn_incomplete};
use crate::cli::{CliError, bar};
use crate::infer::BATCH;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// What came of picture files.
#[derive(Default)]
pub(crate) struct Embedded {
    /// Those that could be used.
    pub files: Vec<UsablePicture>,
    /// Their unit vectors.
    pub rows: Vec<Vec<f32>>,
    pub skipped: Vec<Skipped>,
}

/// A picture file in use.
pub(crate) struct UsablePicture {
    pub path: PathBuf,
    pub is_incomplete: bool,
}

impl LoadedModel {
    /// Unit vectors of picture files. At most one picture is in memory in its own size; what cannot be used is left out, and
    /// an error where nothing is left.
    pub(crate) fn embed_images(&mut self, paths: &[PathBuf]) -> Result<Embedded, CliError> {
        let mut embedded = Embedded::default();
        if !paths.is_empty() {
            self.0.expect_embeddings()?;
        }
        let bar = bar(paths.len() as u64, "pictures");
        let mut fitted = Vec::new();
        for path in paths {
            match open(path) {
                Ok(picture) => {
                    fitted.push(self.0.fit(&picture.pixels));
                    embedded
                        .files
                        .push(UsablePicture { path: path.clone(), is_incomplete: picture.is_incomplete });
                }
                Err(reason) => embedded.skipped.push(Skipped::new(path, reason)),
            }
            if fitted.len() == BATCH {
                embedded.rows.extend(self.embed_fitted(&std::mem::take(&mut fitted))?);
            }
            bar.inc(1);
        }
        if !fitted.is_empty() {
            embedded.rows.extend(self.embed_fitted(&fitted)?);
        }
        bar.finish_and_clear();
        let incomplete = embedded.files.iter().filter(|file| file.is_incomplete);
        incomplete.for_each(|file| warn_incomplete(&file.path));
        match embedded.files.is_empty() && !paths.is_empty() {
            true => Err(none_left("no picture is left", &embedded.skipped)),
            false => Ok(embedded),
        }
    }

    fn embed_fitted(&mut self, pictures: &[Pixels]) -> Result<Vec<Vec<f32>>, CliError> {
        Ok(rows(&pollster::block_on(self.0.embed_images(pictures))?))
    }

    /// Unit vectors of sentences.
    pub(crate) fn embed_texts(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, CliError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.0.expect_embeddings()?;
        let ids = texts.iter().map(|text| self.0.sentence(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(rows(&pollster::block_on(self.0.embed_texts(&ids))?))
    }
}

fn rows(tensor: &HostTensor) -> Vec<Vec<f32>> {
    tensor.as_f32().chunks(tensor.shape.last()).map(<[f32]>::to_vec).collect()
}
