//! `triptych embed` and `triptych retrieve`: the shared space.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::model::Model;
use super::{CliError, Common, print_json};
use crate::dot::dot;

#[derive(clap::Args)]
pub struct Embed {
    /// Picture files
    #[arg(long, num_args = 1..)]
    image: Vec<PathBuf>,
    /// Sentences
    #[arg(long, num_args = 1..)]
    text: Vec<String>,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
pub struct Retrieve {
    /// Folder with pictures (png, jpg, jpeg, webp, gif, bmp)
    #[arg(long)]
    images: PathBuf,
    /// What to look for
    #[arg(long, required_unless_present = "image", conflicts_with = "image")]
    text: Option<String>,
    /// A picture to look for others like
    #[arg(long)]
    image: Option<PathBuf>,
    /// How many results
    #[arg(long, default_value_t = 5)]
    top: usize,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

impl Embed {
    pub fn run(&self) -> Result<(), CliError> {
        if self.image.is_empty() && self.text.is_empty() {
            return Err(CliError::input("nothing to embed: give --image or --text"));
        }
        let mut model = self.model.open(&self.common)?;
        let (images, texts) = (model.embed_images(&self.image)?, model.embed_texts(&self.text)?);
        let (scale, cuts) = (model.scale()?, model.cuts());
        let logits: Vec<Vec<f32>> =
            images.iter().map(|i| texts.iter().map(|t| scale.logit(dot(i, t))).collect()).collect();
        let probabilities: Vec<Vec<f32>> = logits.iter().map(|row| scale.probabilities(row)).collect();
        if self.common.json {
            print_json(&json!({
                "image_embeds": images, "text_embeds": texts,
                "logits_per_image": logits, "probabilities_per_image": probabilities,
                "cut": cuts,
            }));
            return Ok(());
        }
        for (path, (logits, probabilities)) in self.image.iter().zip(logits.iter().zip(&probabilities)) {
            for (text, (logit, probability)) in self.text.iter().zip(logits.iter().zip(probabilities)) {
                println!("{logit:8.3}  {:5.1} %  {}  {text}", 100.0 * probability, path.display());
            }
        }
        if self.image.is_empty() || self.text.is_empty() {
            let width = images.iter().chain(&texts).next().map_or(0, Vec::len);
            println!("{} unit vectors of {width} values; --json prints them", images.len() + texts.len());
        }
        Ok(())
    }
}

impl Retrieve {
    pub fn run(&self) -> Result<(), CliError> {
        let mut model = self.model.open(&self.common)?;
        let files = picture_files(&self.images)?;
        let query = match (&self.text, &self.image) {
            (Some(text), _) => model.embed_texts(std::slice::from_ref(text))?,
            (None, Some(path)) => model.embed_images(std::slice::from_ref(path))?,
            (None, None) => unreachable!("clap asks for --text or --image"),
        };
        let cuts = model.cuts();
        let scores = model.embed_images(&files)?;
        let mut results: Vec<(f32, &PathBuf)> =
            scores.iter().map(|row| dot(row, &query[0])).zip(&files).collect();
        results.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        results.truncate(self.top);
        if self.common.json {
            let results: Vec<_> = results
                .iter()
                .map(|(score, file)| json!({ "file": file.display().to_string(), "score": score }))
                .collect();
            print_json(&json!({ "results": results, "cut": cuts }));
        } else {
            results.iter().for_each(|(score, file)| println!("{score:.4}  {}", file.display()));
        }
        Ok(())
    }
}

/// The picture files of a folder, sorted by name.
pub fn picture_files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    const KINDS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "bmp"];
    let entries =
        std::fs::read_dir(folder).map_err(|e| CliError::Input(format!("{}: {e}", folder.display())))?;
    let is_picture = |path: &PathBuf| {
        let kind = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase();
        // Beside its pictures `triptych scene` lays their masks.
        let is_mask =
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains(".mask."));
        path.is_file() && KINDS.contains(&kind.as_str()) && !is_mask
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(is_picture).collect();
    if files.is_empty() {
        return Err(CliError::Input(format!("{}: no pictures ({})", folder.display(), KINDS.join(", "))));
    }
    files.sort();
    Ok(files)
}
