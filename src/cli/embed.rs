//! `triptych embed` and `triptych retrieve`: the shared space.

use std::path::PathBuf;

use serde_json::json;

use super::model::{Embedded, Model};
use super::photos::{UsablePicture, below, warn_skipped};
use super::{CliError, has_words};
use crate::dot::dot;

#[derive(clap::Args)]
pub(super) struct Embed {
    /// Picture files
    #[arg(long, num_args = 1..)]
    image: Vec<PathBuf>,
    /// Sentences
    #[arg(long, num_args = 1..)]
    text: Vec<String>,
    #[command(flatten)]
    model: Model,
}

#[derive(clap::Args)]
pub(super) struct Retrieve {
    /// Folder with pictures, PNG, JPEG, WebP, GIF or BMP by any name; folders in it are looked through, up to 16 levels down
    #[arg(long)]
    images: PathBuf,
    /// What to look for
    #[arg(long, required_unless_present = "image", conflicts_with = "image")]
    text: Option<String>,
    /// A picture to look for others like
    #[arg(long)]
    image: Option<PathBuf>,
    /// How many results
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    #[command(flatten)]
    model: Model,
}

impl Embed {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if self.image.is_empty() && self.text.is_empty() {
            return Err(CliError::input("nothing to embed: give --image or --text"));
        }
        self.text.iter().try_for_each(|text| has_words("--text", text))?;
        let mut model = self.model.open()?;
        let Embedded { files, rows: images, skipped } = model.embed_images(&self.image)?;
        let texts = model.embed_texts(&self.text)?;
        warn_skipped(&skipped);
        let (scale, notes) = (pollster::block_on(model.0.logit_scale())?, model.text_notes());
        let logits: Vec<Vec<f32>> =
            images.iter().map(|i| texts.iter().map(|t| scale.logit(dot(i, t))).collect()).collect();
        if logits.iter().flatten().any(|logit| !logit.is_finite()) {
            return Err(CliError::input(
                "the model's logit_scale and logit_bias make logits that are no finite numbers",
            ));
        }
        let probabilities: Vec<Vec<f32>> = logits.iter().map(|row| scale.probabilities(row)).collect();
        let named = |UsablePicture { path, is_incomplete }: &UsablePicture| json!({ "file": path.display().to_string(), "incomplete": is_incomplete });
        let document = json!({
            "images": files.iter().map(named).collect::<Vec<_>>(), "skipped": skipped,
            "image_embeds": images, "text_embeds": texts,
            "logits_per_image": logits, "probabilities_per_image": probabilities,
            "cut": notes.truncations, "unknown": notes.unknown,
        });
        let mut lines = Vec::new();
        for (file, (logits, probabilities)) in files.iter().zip(logits.iter().zip(&probabilities)) {
            for (text, (logit, probability)) in self.text.iter().zip(logits.iter().zip(probabilities)) {
                let file = file.path.display();
                lines.push(format!("{logit:8.3}  {:5.1} %  {file}  {text}", 100.0 * probability));
            }
        }
        if images.is_empty() || texts.is_empty() {
            let width = images.iter().chain(&texts).next().map_or(0, Vec::len);
            let count = images.len() + texts.len();
            lines.push(format!("{count} unit vectors of {width} values; --json prints them"));
        }
        self.model.common.output.print(&document, lines.join("\n"));
        Ok(())
    }
}

impl Retrieve {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(text) = &self.text {
            has_words("--text", text)?;
        }
        let mut model = self.model.open()?;
        let found = below(&self.images)?;
        let mut is_incomplete = false;
        let query = match (&self.text, &self.image) {
            (Some(text), _) => model.embed_texts(std::slice::from_ref(text))?,
            (None, Some(path)) => {
                let Embedded { files, rows, .. } = model.embed_images(std::slice::from_ref(path))?;
                is_incomplete = files.iter().any(|file| file.is_incomplete);
                rows
            }
            (None, None) => unreachable!("clap asks for --text or --image"),
        };
        let notes = model.text_notes();
        let Embedded { files, rows, skipped } = model.embed_images(&found.pictures)?;
        let skipped = [found.skipped, skipped].concat();
        warn_skipped(&skipped);
        let scores = rows.iter().map(|row| dot(row, &query[0]));
        let mut results: Vec<(f32, &UsablePicture)> = scores.zip(&files).collect();
        results.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.path.cmp(&b.1.path)));
        results.truncate(self.top as usize);
        let lines = results.iter().map(|(score, file)| format!("{score:.4}  {}", file.path.display()));
        let lines: Vec<String> = lines.collect();
        let named = |(score, file): &(f32, &UsablePicture)| json!({ "file": file.path.display().to_string(), "score": score, "incomplete": file.is_incomplete });
        let results: Vec<_> = results.iter().map(named).collect();
        let document = json!({ "results": results, "skipped": skipped, "cut": notes.truncations, "unknown": notes.unknown, "incomplete": is_incomplete });
        self.model.common.output.print(&document, lines.join("\n"));
        Ok(())
    }
}
