//! `triptych lab`: the experiments of the page's training rooms, natively and from the same code.

mod contrast;
mod evaluate;
mod fuse;

use clap::Subcommand;

use super::CliError;

#[derive(Subcommand)]
pub(super) enum Lab {
    /// Trains two towers on which picture and caption belong together
    Contrast(contrast::Contrast),
    /// Races ways of fusing two or three of picture, words and sound on one task
    Fuse(fuse::Fuse),
    /// Corrupts the modalities of a trained race, and evaluates it on them
    Sabotage(fuse::Sabotages),
    /// Evaluates weights that were saved by the page or by `--save`
    Evaluate(evaluate::Evaluate),
}

/// A learning rate as settings hold it; what is no rate is refused by their check.
#[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
fn millionths(rate: f32) -> u32 {
    (1e6 * rate).round() as u32
}

impl Lab {
    pub(super) fn run(&self) -> Result<(), CliError> {
        match self {
            Lab::Contrast(command) => command.run(),
            Lab::Fuse(command) => command.run(),
            Lab::Sabotage(command) => command.run(),
            Lab::Evaluate(command) => command.run(),
        }
    }
}
