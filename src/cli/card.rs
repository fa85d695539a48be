//! `triptych card`: the figures of a model card, from the reports beside it.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::{CliError, Output};
use crate::eval::playroom::{REPORTS, with_figures};
use crate::eval::senses::{self, SensesReport, with_senses};
use crate::io::file::{read, write_atomic};

#[derive(clap::Args)]
pub(super) struct Card {
    /// The model's folder, with README.md and what `triptych eval --json` printed: eval.json (of `test`), eval-compose.json, and
    /// the same of another seed, eval-2.json and eval-compose-2.json; of `--task senses`, senses.json and senses-2.json
    #[arg(long, default_value = "public/models/playroom")]
    model: PathBuf,
    #[command(flatten)]
    output: Output,
}

impl Card {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let path = self.model.join("README.md");
        let card = String::from_utf8(read(&path).map_err(CliError::input)?);
        let card = card.map_err(|e| CliError::input(format!("{}: {e}", path.display())))?;
        let [a, b, c, d] = REPORTS.map(|name| self.report(name));
        let senses: Vec<SensesReport> =
            senses::REPORTS.iter().map(|name| self.report(name)).collect::<Result<_, _>>()?;
        let written = with_figures(&card, &[a?, b?, c?, d?]).and_then(|card| with_senses(&card, &senses));
        let written =
            written.ok_or_else(|| CliError::input(format!("{}: no marks around figures", path.display())))?;
        write_atomic(&path, written.as_bytes())?;
        self.output.print(&json!({ "card": path.display().to_string() }), path.display());
        Ok(())
    }

    fn report<T: DeserializeOwned>(&self, name: &str) -> Result<T, CliError> {
        let path = self.model.join(name);
        let bytes = read(&path).map_err(CliError::input)?;
        serde_json::from_slice(&bytes).map_err(|e| CliError::input(format!("{}: {e}", path.display())))
    }
}
