//! `triptych embed` and `triptych retrieve`: the shared space.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::model::{Model, picture, pictures, sentence};
use super::{CliError, Common, print_json};
use crate::infer::Runner;

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
        let mut runner = self.model.load(&self.common)?;
        let pictures = pictures(&self.image, runner.config.image_size)?;
        let texts = self.text.iter().map(|t| sentence(&runner, t)).collect::<Result<Vec<_>, _>>()?;
        let width = runner.config.embed_width;
        let (images, texts, scale) = pollster::block_on(async {
            let images = match pictures.is_empty() {
                true => Vec::new(),
                false => rows(runner.encode_images(&pictures).await?.1.as_f32(), width),
            };
            let texts = match texts.is_empty() {
                true => Vec::new(),
                false => rows(runner.encode_texts(&texts).await?.as_f32(), width),
            };
            Ok((images, texts, runner.temperature().await?))
        })
        .map_err(|e: crate::device::DeviceError| CliError::failure(e))?;
        let logits: Vec<Vec<f32>> =
            images.iter().map(|i| texts.iter().map(|t| scale * dot(i, t)).collect()).collect();
        if self.common.json {
            print_json(&json!({ "image_embeds": images, "text_embeds": texts, "logits_per_image": logits }));
            return Ok(());
        }
        for (path, logits) in self.image.iter().zip(&logits) {
            for (text, logit) in self.text.iter().zip(logits) {
                println!("{logit:8.3}  {}  {text}", path.display());
            }
        }
        if self.image.is_empty() || self.text.is_empty() {
            println!("{} unit vectors of {width} values; --json prints them", images.len() + texts.len());
        }
        Ok(())
    }
}

impl Retrieve {
    pub fn run(&self) -> Result<(), CliError> {
        let mut runner = self.model.load(&self.common)?;
        let files = picture_files(&self.images)?;
        let pictures = pictures(&files, runner.config.image_size)?;
        let query = self.query(&mut runner)?;
        let (_, embeds) = pollster::block_on(runner.encode_images(&pictures)).map_err(CliError::failure)?;
        let scores = rows(embeds.as_f32(), runner.config.embed_width);
        let mut results: Vec<(f32, &PathBuf)> =
            scores.iter().map(|row| dot(row, &query)).zip(&files).collect();
        results.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        results.truncate(self.top);
        if self.common.json {
            let results: Vec<_> = results
                .iter()
                .map(|(score, file)| json!({ "file": file.display().to_string(), "score": score }))
                .collect();
            print_json(&json!({ "results": results }));
        } else {
            results.iter().for_each(|(score, file)| println!("{score:.4}  {}", file.display()));
        }
        Ok(())
    }

    fn query(&self, runner: &mut Runner) -> Result<Vec<f32>, CliError> {
        let embeds = match (&self.text, &self.image) {
            (Some(text), _) => {
                let ids = sentence(runner, text)?;
                pollster::block_on(runner.encode_texts(&[ids]))
            }
            (None, Some(path)) => {
                let picture = picture(path, runner.config.image_size)?;
                pollster::block_on(runner.encode_images(&[picture])).map(|(_, embeds)| embeds)
            }
            (None, None) => unreachable!("clap asks for --text or --image"),
        };
        Ok(embeds.map_err(CliError::failure)?.as_f32().to_vec())
    }
}

/// The picture files of a folder, sorted by name.
fn picture_files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
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

fn rows(values: &[f32], width: usize) -> Vec<Vec<f32>> {
    values.chunks(width).map(<[f32]>::to_vec).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
