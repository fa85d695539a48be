//! `triptych lab evaluate`: a contestant of a race or a contrastive run, from a file.

use std::path::PathBuf;

use serde_json::json;

use super::contrast::line;
use super::fuse::figures;
use crate::cli::model::choose_device;
use crate::cli::{CliError, Common};
use crate::device::Device;
use crate::io::file::read;
use crate::io::safetensors::SafetensorsFile;
use crate::lab::contrast::Run;
use crate::lab::fuse::Race;
use crate::lab::weights::LabWeightsError;

#[derive(clap::Args)]
pub(crate) struct Evaluate {
    /// Weights that `triptych lab` or the page has written
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Evaluate {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let name = self.file.display().to_string();
        let bytes = read(&self.file).map_err(CliError::input)?;
        let file = SafetensorsFile::new(&name, bytes).map_err(CliError::input)?;
        let device = choose_device(self.common.backend)?;
        pollster::block_on(async {
            match Race::is_in(&file) {
                true => self.race(&device, &name, &file).await,
                false => self.contrast(&device, &name, &file).await,
            }
        })
    }

    async fn race(&self, device: &Device, name: &str, file: &SafetensorsFile) -> Result<(), CliError> {
        let (race, at) = Race::from_file(device, name, file).await.map_err(refused)?;
        let evaluation = race.evaluate(at).await.map_err(CliError::failure)?;
        let (name, accuracy) = (evaluation.contestant.name(), evaluation.confusion.accuracy());
        let text = format!("{name}, step {}: accuracy {accuracy:.3}", evaluation.step);
        self.common.output.print(&figures(&evaluation), text);
        Ok(())
    }

    async fn contrast(&self, device: &Device, name: &str, file: &SafetensorsFile) -> Result<(), CliError> {
        let mut run = Run::from_file(device, name, file).await.map_err(refused)?;
        let figures = run.figures().await.map_err(CliError::failure)?;
        self.common.output.print(&json!(figures), line(&figures));
        Ok(())
    }
}

fn refused(error: LabWeightsError) -> CliError {
    match error {
        LabWeightsError::Device(_) => CliError::failure(error),
        _ => CliError::input(error),
    }
}
