//! `triptych lab judge`: a contestant from a file.

use std::path::PathBuf;

use super::fuse::figures;
use crate::cli::model::choose_device;
use crate::cli::{CliError, Common, print_json};
use crate::io::file::read;
use crate::io::safetensors::SafetensorsFile;
use crate::lab::fuse::{Race, WeightsError};

#[derive(clap::Args)]
pub struct Judge {
    /// Weights of a contestant
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Judge {
    pub fn run(&self) -> Result<(), CliError> {
        let name = self.file.display().to_string();
        let bytes = read(&self.file).map_err(CliError::input)?;
        let file = SafetensorsFile::new(&name, bytes).map_err(CliError::input)?;
        let device = choose_device(self.common.backend)?;
        pollster::block_on(async {
            let (race, at) = Race::from_file(&device, &name, &file).await.map_err(|error| match error {
                WeightsError::Device(_) => CliError::failure(error),
                _ => CliError::input(error),
            })?;
            let standing = race.standing(&device, at).await.map_err(CliError::failure)?;
            if self.common.json {
                print_json(&figures(&standing));
            } else {
                let (name, accuracy) = (standing.contestant.name(), standing.confusion.accuracy());
                println!("{name}, step {}: accuracy {accuracy:.3}", standing.step);
            }
            Ok(())
        })
    }
}
