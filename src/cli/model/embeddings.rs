//! Pictures and sentences to unit vectors.

use std::path::PathBuf;

use super::LoadedModel;
use crate::cli::CliError;
use crate::cli::photos::{Skipped, UsablePicture, each};
use crate::infer::BATCH;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// What came of picture files.
pub(crate) struct Embedded {
    /// Those that could be used.
    pub files: Vec<UsablePicture>,
    /// Their unit vectors.
    pub rows: Vec<Vec<f32>>,
    pub skipped: Vec<Skipped>,
}

impl LoadedModel {
    /// Unit vectors of picture files.
    pub(crate) fn embed_images(&mut self, paths: &[PathBuf]) -> Result<Embedded, CliError> {
        if !paths.is_empty() {
            self.0.expect_embeddings()?;
        }
        let (mut rows, mut fitted) = (Vec::new(), Vec::new());
        let (files, skipped) = each(paths, |picture| {
            fitted.extend(picture.map(|picture| self.0.fit(&picture.pixels)));
            if fitted.len() == BATCH || picture.is_none() && !fitted.is_empty() {
                rows.extend(self.embed_fitted(&std::mem::take(&mut fitted))?);
            }
            Ok(())
        })?;
        Ok(Embedded { files, rows, skipped })
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
