//! `triptych convert`: a model in fewer bytes.

mod measure;

use std::path::PathBuf;

use serde_json::json;

use measure::{ConversionReport, measure};

use super::model::{is_folder, precision};
use super::photos::below;
use super::{Backend, CliError, Common, bar};
use crate::eval::precision_eval::PrecisionMetrics;
use crate::infer::{ConvertError, Converted, MAX_FILE, convert};
use crate::io::file::Folder;
use crate::io::weights::WriteError;
use crate::precision::Precision;

#[derive(clap::Args)]
pub(super) struct Convert {
    /// Folder of a model: one of ours, or a published CLIP, SigLIP or BLIP
    folder: PathBuf,
    /// Folder to write, absent or empty
    out: PathBuf,
    /// How weights are stored: int8 keeps vectors, positions and scalars as f32, f16 scalars only
    #[arg(long, value_parser = precision())]
    precision: Precision,
    /// Compare both models on the pictures of a folder, or on scenes of our own world
    #[arg(long, value_name = "PICTURES", num_args = 0..=1)]
    measure: Option<Option<PathBuf>>,
    #[command(flatten)]
    common: Common,
}

impl Convert {
    pub(super) fn run(&self) -> Result<(), CliError> {
        is_folder(&self.folder)?;
        if self.measure.is_none() && self.common.backend != Backend::Auto {
            return Err(CliError::input("--backend has no effect without --measure: nothing is computed"));
        }
        // Before the long work: a folder without pictures is an error.
        let found = self.measure.iter().flatten().map(|folder| below(folder)).next().transpose()?;
        let bar = bar(0, "tensors");
        let progress = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        let from = Folder(self.folder.clone());
        let converted = convert(&from, &self.out, self.precision, MAX_FILE, progress);
        let converted = converted.map_err(|e| self.error(e))?;
        bar.finish_and_clear();
        let folders = [self.folder.as_path(), self.out.as_path()];
        let report = match self.measure {
            Some(_) => Some(measure(folders, self.precision, found, &self.common)?),
            None => None,
        };
        self.print(&converted, report.as_ref());
        Ok(())
    }

    fn print(&self, converted: &Converted, report: Option<&ConversionReport>) {
        let document = json!({
            "tensors": converted.tensors, "files": converted.files,
            "bytes_before": converted.before, "bytes_after": converted.after, "effect": report,
        });
        let (before, after) = (converted.before as f64, converted.after as f64);
        let mut lines = vec![format!(
            "{:.1} MB became {:.1} MB ({:.1} %) in {} files in {}",
            before / 1e6,
            after / 1e6,
            100.0 * after / before,
            converted.files,
            self.out.display()
        )];
        lines.extend(report.map(measured).unwrap_or_default());
        self.common.output.print(&document, lines.join("\n"));
    }

    fn error(&self, error: ConvertError) -> CliError {
        match error {
            ConvertError::Load(error) => CliError::Input(format!("{}: {error}", self.folder.display())),
            ConvertError::Write(WriteError::Unwritable { .. }) => CliError::failure(error),
            ConvertError::File(error) => error.into(),
            ConvertError::Write(_) => CliError::input(error),
        }
    }
}

/// What a conversion costs, line by line.
fn measured(report: &ConversionReport) -> Vec<String> {
    let PrecisionMetrics { mean_cosine, worst_cosine, same_top_1, same_tokens } = report.metrics;
    let cosines = mean_cosine
        .zip(worst_cosine)
        .map(|(mean, worst)| format!("cosine with the original: {mean:.6} on average, {worst:.6} at worst"));
    let nearest = same_top_1.map(|share| {
        format!("same nearest sentence: {:.1} % of {} pictures", 100.0 * share, report.pictures)
    });
    let tokens =
        same_tokens.map(|share| format!("same tokens: {:.1} %, {} pictures", 100.0 * share, report.pictures));
    let (before, after) = (report.device_before as f64, report.device_after as f64);
    let device = format!("{:.1} MB on the device, {:.1} MB before", after / 1e6, before / 1e6);
    let time = format!("{:.1} ms a picture, {:.1} ms before", report.ms_after, report.ms_before);
    [cosines, nearest, tokens, Some(device), Some(time)].into_iter().flatten().collect()
}
