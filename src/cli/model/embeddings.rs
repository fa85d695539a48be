//! Pictures and sentences to unit vectors.

use std::path::PathBuf;

use super::{Opened, sentence};
use crate::cli::checkpoint::words;
use crate::cli::photos::{Skipped, none_left, open, tell_incomplete};
use crate::cli::{CliError, bar};
use crate::infer::Model as Loadable;
use crate::infer::checkpoint::BATCH;
use crate::pixels::Pixels;
use crate::pixels::resize::resize_square;
use crate::tensor::HostTensor;

/// What came of picture files.
#[derive(Default)]
pub struct Embedded {
    /// Those that could be used.
    pub files: Vec<Taken>,
    /// Their unit vectors.
    pub rows: Vec<Vec<f32>>,
    pub skipped: Vec<Skipped>,
}

/// A picture file in use.
pub struct Taken {
    pub path: PathBuf,
    pub is_incomplete: bool,
}

impl Opened {
    /// Unit vectors of picture files. At most one picture is in memory in its own size; what cannot be used is left out, and
    /// an error where nothing is left.
    pub fn embed_images(&mut self, paths: &[PathBuf]) -> Result<Embedded, CliError> {
        let mut embedded = Embedded::default();
        if !paths.is_empty() {
            self.check_embeds()?;
        }
        let bar = bar(paths.len() as u64, "pictures");
        let mut fitted = Vec::new();
        for path in paths {
            match open(path) {
                Ok(picture) => {
                    fitted.push(self.fit(&picture.pixels));
                    embedded.files.push(Taken { path: path.clone(), is_incomplete: picture.is_incomplete });
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
        incomplete.for_each(|file| tell_incomplete(&file.path));
        match embedded.files.is_empty() && !paths.is_empty() {
            true => Err(none_left("no picture is left", &embedded.skipped)),
            false => Ok(embedded),
        }
    }

    /// A picture at the model's size.
    fn fit(&self, picture: &Pixels) -> Pixels {
        match &self.0 {
            Loadable::Playroom(runner) => resize_square(picture, runner.config.image_size as u32),
            Loadable::Checkpoint(checkpoint) => checkpoint.images.fit(picture),
        }
    }

    fn embed_fitted(&mut self, pictures: &[Pixels]) -> Result<Vec<Vec<f32>>, CliError> {
        let embeds = match &mut self.0 {
            Loadable::Playroom(runner) => {
                pollster::block_on(runner.encode_images(pictures)).map(|(_, embeds)| embeds)
            }
            Loadable::Checkpoint(checkpoint) => pollster::block_on(checkpoint.encode_fitted(pictures)),
        };
        Ok(rows(&embeds?))
    }

    /// Unit vectors of sentences.
    pub fn embed_texts(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, CliError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.check_embeds()?;
        let embeds = match &mut self.0 {
            Loadable::Playroom(runner) => {
                let ids = texts.iter().map(|t| sentence(runner, t)).collect::<Result<Vec<_>, _>>()?;
                pollster::block_on(runner.encode_texts(&ids))
            }
            Loadable::Checkpoint(checkpoint) => {
                let words = words(checkpoint)?;
                let ids = texts.iter().map(|t| words.row(t)).collect::<Result<Vec<_>, _>>();
                let (ids, pad) = (ids.map_err(CliError::input)?, words.pad);
                pollster::block_on(checkpoint.encode_texts(&ids, pad))
            }
        };
        Ok(rows(&embeds?))
    }

    fn check_embeds(&self) -> Result<(), CliError> {
        match &self.0 {
            Loadable::Checkpoint(checkpoint) if !checkpoint.embeds() => {
                Err(CliError::input("this BLIP was not tuned for retrieval: it has no embeddings"))
            }
            _ => Ok(()),
        }
    }
}

fn rows(tensor: &HostTensor) -> Vec<Vec<f32>> {
    tensor.as_f32().chunks(tensor.shape.last()).map(<[f32]>::to_vec).collect()
}
