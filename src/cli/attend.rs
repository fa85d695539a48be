//! `triptych attend`: where every layer and head of the towers looks.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::json;

use super::model::{Model, fits, sentence};
use super::photos::photo;
use super::{CliError, Common, checkpoint, has_words, print_json};
use crate::device::DeviceError;
use crate::infer::{Model as Loadable, Runner, Trace};
use crate::io::file::write_atomic;
use crate::io::image::encode_png;
use crate::io::safetensors::{Floats, to_bytes};
use crate::pixels::Pixels;
use crate::pixels::resize::resize_square;
use crate::tensor::HostTensor;
use crate::viz::heat::Map;
use crate::world::Style;

#[derive(clap::Args)]
pub struct Attend {
    /// Picture file
    #[arg(long)]
    image: PathBuf,
    /// Words to read the picture with; not for models whose text reads no picture, CLIP and SigLIP
    #[arg(long)]
    text: Option<String>,
    /// Folder for attention.safetensors and the overlays
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

/// Where a model looks.
pub struct Looks {
    /// The picture as the model sees it.
    pub pixels: Pixels,
    pub vision: Trace,
    /// Of every text tower that reads the picture, with the pieces of its queries.
    pub texts: Vec<(Trace, Vec<String>)>,
}

impl Attend {
    /// Writes the maps `[heads, queries, keys]` under their parameter paths, and an overlay per layer and token.
    pub fn run(&self) -> Result<(), CliError> {
        if let Some(text) = &self.text {
            has_words("--text", text)?;
        }
        let picture = photo(&self.image)?;
        let mut model = self.model.open(&self.common)?;
        let looks = match &mut model.0 {
            Loadable::Playroom(runner) => self.playroom(runner, &picture.pixels)?,
            Loadable::Checkpoint(checkpoint) => {
                checkpoint::attend(checkpoint, &picture.pixels, self.text.as_ref())?
            }
        };
        create_dir_all(&self.out).map_err(|e| CliError::Input(format!("{}: {e}", self.out.display())))?;
        let traces = [&looks.vision].into_iter().chain(looks.texts.iter().map(|(trace, _)| trace));
        let tensors: Vec<(String, HostTensor)> = traces.flat_map(layers).collect();
        let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
        let bytes = to_bytes(named, &[], Floats::F32).map_err(CliError::failure)?;
        write_atomic(&self.out.join("attention.safetensors"), &bytes)?;
        for (trace, words) in &looks.texts {
            self.overlays(&looks.pixels, trace, words)?;
        }
        let names: Vec<_> = tensors
            .iter()
            .map(|(name, tensor)| json!({ "name": name, "shape": &tensor.shape[..] }))
            .collect();
        let cuts = model.cuts();
        match self.common.json {
            true => print_json(&json!({
                "out": self.out.display().to_string(), "maps": names, "cut": cuts,
                "incomplete": picture.is_incomplete,
            })),
            false => print_line!("{} maps in {}", names.len(), self.out.display()),
        }
        Ok(())
    }

    fn playroom(&self, runner: &mut Runner, picture: &Pixels) -> Result<Looks, CliError> {
        let text = self.text.as_ref().ok_or_else(|| CliError::input(checkpoint::TEXT_IS_MISSING))?;
        let pixels = resize_square(picture, runner.config.image_size as u32);
        let read = sentence(runner, text)?;
        let written = runner.words.caption(Style::Full, text);
        let written = fits(runner, written, text)?;
        let (vision, matcher, decoder) = pollster::block_on(async {
            let (image, _) = runner.encode_images(std::slice::from_ref(&pixels)).await?;
            let vision = runner.self_attention(&pixels).await?;
            let matcher = runner.match_texts(&image, &[vec![read.clone()]], true).await?.1;
            let decoder = runner.decoder_attention(&image, &written).await?;
            Ok::<_, DeviceError>((vision, matcher.expect("the run was traced"), decoder))
        })?;
        let text = |trace: &Trace, ids: &[u32]| {
            // A row may have padding.
            let words = ids.iter().map(|&id| runner.words.piece(id)).collect();
            (trace.part(0..ids.len(), 0..trace.keys), words)
        };
        Ok(Looks { pixels, vision, texts: vec![text(&matcher, &read), text(&decoder, &written)] })
    }

    /// One picture per layer and word, heads averaged: `decoder.blocks.0.cross_attn.03.red.png`.
    fn overlays(&self, pixels: &Pixels, trace: &Trace, words: &[String]) -> Result<(), CliError> {
        for (layer, path) in trace.paths.iter().enumerate() {
            let words = words.iter().map(|piece| word(piece)).enumerate();
            for (query, word) in words.filter(|(_, word)| !word.is_empty()) {
                let side = trace.keys.isqrt();
                let map = Map::new(side, side, trace.mean(layer, query));
                let png = encode_png(&map.over(pixels, map.range(), 0.6));
                let name = format!("{path}.{query:02}.{word}.png");
                write_atomic(&self.out.join(name), &png)?;
            }
        }
        Ok(())
    }
}

/// Letters and digits of a token: what a file name can hold, of at most 255 bytes in all.
fn word(piece: &str) -> String {
    piece.chars().filter(|c| c.is_alphanumeric()).take(40).collect()
}

fn layers(trace: &Trace) -> Vec<(String, HostTensor)> {
    let size = trace.heads * trace.queries * trace.keys;
    let tensor = |layer: usize| {
        let values = trace.values[layer * size..(layer + 1) * size].to_vec();
        HostTensor::f32([trace.heads, trace.queries, trace.keys], values)
    };
    trace
        .paths
        .iter()
        .enumerate()
        .map(|(layer, path)| (format!("{path}.attention_probs"), tensor(layer)))
        .collect()
}
