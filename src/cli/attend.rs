//! `triptych attend`: where every layer and head of the towers looks.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::json;

use super::model::Model;
use super::photos::photo;
use super::{CliError, has_words};
use crate::infer::{Trace, VisionLanguageModel};
use crate::io::file::write_atomic;
use crate::io::image::encode_png;
use crate::io::safetensors::{Floats, to_bytes};
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::viz::heat::Map;

const TEXT_IS_MISSING: &str = "--text is missing: the words to read the picture with";
const TEXT_READS_NO_PICTURE: &str = "--text has no effect: this model's text reads no picture; leave it out for where its image encoder looks";

#[derive(clap::Args)]
pub(super) struct Attend {
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
}

/// Where a model looks.
struct AttentionMaps {
    /// The picture as the model sees it.
    pixels: Pixels,
    vision: Trace,
    /// Of every text tower that reads the picture, with the pieces of its queries.
    texts: Vec<(Trace, Vec<String>)>,
}

impl Attend {
    /// Writes the maps `[heads, queries, keys]` under their parameter paths, and an overlay per layer and token.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(text) = &self.text {
            has_words("--text", text)?;
        }
        let picture = photo(&self.image)?;
        let mut model = self.model.open()?;
        let maps = self.maps(&mut model.0, &picture.pixels)?;
        create_dir_all(&self.out).map_err(|e| CliError::Input(format!("{}: {e}", self.out.display())))?;
        let traces = [&maps.vision].into_iter().chain(maps.texts.iter().map(|(trace, _)| trace));
        let tensors: Vec<(String, HostTensor)> = traces.flat_map(layers).collect();
        let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
        let bytes = to_bytes(named, &[], Floats::F32).map_err(CliError::failure)?;
        write_atomic(&self.out.join("attention.safetensors"), &bytes)?;
        for (trace, words) in &maps.texts {
            self.overlays(&maps.pixels, trace, words)?;
        }
        let names: Vec<_> = tensors
            .iter()
            .map(|(name, tensor)| json!({ "name": name, "shape": &tensor.shape[..] }))
            .collect();
        let notes = model.text_notes();
        let document = json!({
            "out": self.out.display().to_string(), "maps": names, "cut": notes.truncations, "unknown": notes.unknown,
            "incomplete": picture.is_incomplete,
        });
        self.model
            .common
            .output
            .print(&document, format_args!("{} maps in {}", names.len(), self.out.display()));
        Ok(())
    }

    /// Where the image encoder looks, and every text tower that reads the picture.
    fn maps(&self, model: &mut VisionLanguageModel, picture: &Pixels) -> Result<AttentionMaps, CliError> {
        let does = |task| model.architecture.supports(task);
        let (matches, writes) = (does(Task::Match) || does(Task::Answer), does(Task::Caption));
        match (matches || writes, &self.text) {
            (true, None) => return Err(CliError::input(TEXT_IS_MISSING)),
            (false, Some(_)) => return Err(CliError::input(TEXT_READS_NO_PICTURE)),
            _ => {}
        }
        let pixels = model.fit(picture);
        let mut rows = Vec::new();
        if let Some(text) = &self.text {
            rows.extend(matches.then(|| model.sentence(text)).transpose()?.map(|row| (row, false)));
            rows.extend(writes.then(|| model.caption_prompt(text)).transpose()?.map(|(row, _)| (row, true)));
        }
        let (vision, mut texts) = (pollster::block_on(model.self_attention(&pixels))?, Vec::new());
        for (row, is_written) in rows {
            let trace = match is_written {
                true => pollster::block_on(model.decoder_attention(&pixels, &row))?,
                false => pollster::block_on(model.matcher_attention(&pixels, &row))?,
            };
            texts.push((trace, row.iter().map(|&id| model.piece(id)).collect()));
        }
        Ok(AttentionMaps { pixels, vision, texts })
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
