//! `triptych convert`: a published checkpoint in fewer bytes.

mod measure;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use measure::{Agreement, Effect, measure};

use super::{CliError, Common, bar, print_json};
use crate::infer::checkpoint::{ConvertError, Converted, MAX_FILE, convert};
use crate::io::file::Folder;
use crate::io::weights::{Storage, WriteError};

#[derive(clap::Args)]
pub struct Convert {
    /// Folder of a published CLIP, SigLIP or BLIP
    folder: PathBuf,
    /// Folder to write, absent or empty
    out: PathBuf,
    /// How weights are stored
    #[arg(long, value_enum)]
    precision: Precision,
    /// Compare both models on the pictures of a folder, or on scenes of our own world
    #[arg(long, value_name = "PICTURES", num_args = 0..=1)]
    measure: Option<Option<PathBuf>>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, ValueEnum)]
enum Precision {
    /// Half of f32; scalars stay f32
    F16,
    /// A quarter of f32: integers with one scale per row; vectors, positions and scalars stay f32
    Int8,
    F32,
}

impl Convert {
    pub fn run(&self) -> Result<(), CliError> {
        if !self.folder.is_dir() {
            return Err(CliError::Input(format!("{}: no such folder", self.folder.display())));
        }
        let storage = match self.precision {
            Precision::F16 => Storage::F16,
            Precision::Int8 => Storage::Int8,
            Precision::F32 => Storage::F32,
        };
        let bar = bar(0, "tensors");
        let progress = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        let from = Folder(self.folder.clone());
        let converted = convert(&from, &self.out, storage, MAX_FILE, progress).map_err(|e| self.told(e))?;
        bar.finish_and_clear();
        let folders = [self.folder.as_path(), self.out.as_path()];
        let effect = self.measure.as_ref().map(|pictures| measure(folders, pictures.as_ref(), &self.common));
        self.print(&converted, effect.transpose()?.as_ref());
        Ok(())
    }

    fn print(&self, converted: &Converted, effect: Option<&Effect>) {
        if self.common.json {
            return print_json(&json!({
                "tensors": converted.tensors, "files": converted.files,
                "bytes_before": converted.before, "bytes_after": converted.after, "effect": effect,
            }));
        }
        let (before, after) = (converted.before as f64, converted.after as f64);
        println!(
            "{:.1} MB became {:.1} MB ({:.1} %) in {} files in {}",
            before / 1e6,
            after / 1e6,
            100.0 * after / before,
            converted.files,
            self.out.display()
        );
        let Some(effect) = effect else { return };
        match effect.agreement {
            Agreement::Embeddings { mean_cosine, worst_cosine, same_top_1 } => {
                println!("cosine with the original: {mean_cosine:.6} on average, {worst_cosine:.6} at worst");
                if let Some(share) = same_top_1 {
                    println!("same nearest sentence: {:.1} % of {} pictures", 100.0 * share, effect.pictures);
                }
            }
            Agreement::Tokens { same_tokens } => {
                println!("same tokens: {:.1} %, {} pictures", 100.0 * same_tokens, effect.pictures);
            }
        }
        println!("{:.1} ms a picture, {:.1} ms before", effect.ms_after, effect.ms_before);
    }

    fn told(&self, error: ConvertError) -> CliError {
        match error {
            ConvertError::Checkpoint(error) => CliError::Input(format!("{}: {error}", self.folder.display())),
            ConvertError::Write(WriteError::Unwritable { .. }) => CliError::failure(error),
            ConvertError::Write(_) | ConvertError::File(_) => CliError::input(error),
        }
    }
}
