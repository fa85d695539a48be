//! `triptych scene`: the world as files.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::json;

use super::{CliError, Output, bar};
use crate::io::file::{AtomicFile, write_atomic};
use crate::io::image::{encode_grey_png, encode_png};
use crate::pixels::Pixels;
use crate::world::language::caption;
use crate::world::questions::{QuestionKind, ask};
use crate::world::render::PIXELS;
use crate::world::{Rng, Scene, Split, Stream, Style, render, splits};

#[derive(clap::Args)]
pub(super) struct SceneCommand {
    /// train, val, test, compose or swap
    #[arg(long, value_parser = parse_split, default_value = "test")]
    split: Split,
    /// Seed of the scenes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of scenes
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// Folder to write into
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// A split by its name.
pub(super) fn parse_split(name: &str) -> Result<Split, String> {
    name.parse().map_err(|_| format!("expected {}", Split::ALL.map(Split::word).join(", ")))
}

impl SceneCommand {
    /// Writes `NNNN.png`, a mask `NNNN.mask.K.png` per object, `captions.jsonl`, `questions.jsonl` and `scene.json`.
    pub(super) fn run(&self) -> Result<(), CliError> {
        create_dir_all(&self.out).map_err(|e| CliError::Input(format!("{}: {e}", self.out.display())))?;
        let [mut captions, mut questions] = [
            AtomicFile::new(&self.out.join("captions.jsonl"))?,
            AtomicFile::new(&self.out.join("questions.jsonl"))?,
        ];
        let mut scenes = Vec::new();
        let bar = bar(self.count, "scenes");
        for index in 0..self.count {
            let scene = splits::scene(self.split, self.seed, index);
            let name = format!("{index:04}");
            self.pictures(&scene, &name)?;
            for line in self.captions(&scene, &name, index) {
                captions.write(format!("{line}\n").as_bytes())?;
            }
            for line in self.questions(&scene, &name, index) {
                questions.write(format!("{line}\n").as_bytes())?;
            }
            scenes.push(json!({ "file": format!("{name}.png"), "index": index, "scene": scene }));
            bar.inc(1);
        }
        bar.finish_and_clear();
        captions.finish()?;
        questions.finish()?;
        let document = json!({ "split": self.split, "seed": self.seed, "scenes": scenes });
        let text = serde_json::to_vec_pretty(&document).expect("plain data serialises");
        write_atomic(&self.out.join("scene.json"), &text)?;
        self.output.print(&document, format_args!("{} scenes in {}", self.count, self.out.display()));
        Ok(())
    }

    fn pictures(&self, scene: &Scene, name: &str) -> Result<(), CliError> {
        let picture = render(scene);
        #[expect(clippy::cast_possible_truncation, reason = "64")]
        let side = PIXELS as u32;
        let write = |name: String, bytes: Vec<u8>| write_atomic(&self.out.join(name), &bytes);
        write(format!("{name}.png"), encode_png(&Pixels::new(side, side, picture.rgb)))?;
        for (k, mask) in picture.masks.iter().enumerate() {
            let grey: Vec<u8> = (0..PIXELS * PIXELS)
                .map(|p| if mask.contains(p % PIXELS, p / PIXELS) { 255 } else { 0 })
                .collect();
            write(format!("{name}.mask.{k}.png"), encode_grey_png(&grey, side, side))?;
        }
        Ok(())
    }

    fn captions(&self, scene: &Scene, name: &str, index: u64) -> Vec<serde_json::Value> {
        let mut rng = Rng::new(self.split, self.seed, index, Stream::Captions);
        let all = Style::ALL.into_iter().filter_map(|style| caption(scene, style, &mut rng));
        all.map(|c| json!({ "file": format!("{name}.png"), "style": c.style, "text": c.text, "statements": c.statements }))
            .collect()
    }

    fn questions(&self, scene: &Scene, name: &str, index: u64) -> Vec<serde_json::Value> {
        let mut rng = Rng::new(self.split, self.seed, index, Stream::Questions);
        let all = QuestionKind::ALL.into_iter().filter_map(|kind| ask(scene, kind, &mut rng));
        all.map(|q| {
            json!({
                "file": format!("{name}.png"), "kind": q.kind, "question": q.text, "answer": q.answer.to_string(),
                "program": q.program,
            })
        })
        .collect()
    }
}
