//! `triptych lab`: the experiments of the page's rooms.

mod contrast;

use super::CliError;

#[derive(clap::Subcommand)]
pub enum Lab {
    /// Trains two towers on which picture and caption belong together
    Contrast(contrast::Contrast),
}

impl Lab {
    pub fn run(&self) -> Result<(), CliError> {
        match self {
            Lab::Contrast(command) => command.run(),
        }
    }
}
