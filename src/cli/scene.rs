//! `triptych scene`: the world as files.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::json;

use super::{CliError, Output, bar};
use crate::io::apng::encode_apng;
use crate::io::file::{AtomicFile, write_atomic};
use crate::io::image::{encode_grey_png, encode_png};
use crate::io::table_csv;
use crate::pixels::Pixels;
use crate::world::language::caption;
use crate::world::motion::{Collision, FRAMES, FRAMES_PER_SECOND};
use crate::world::questions::{QuestionKind, ask};
use crate::world::render::PIXELS;
use crate::world::{Graph, Motion, Picture, Rng, Scene, Split, Stream, Style, Table, render, splits};

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

#[expect(clippy::cast_possible_truncation, reason = "64")]
const SIDE: u32 = PIXELS as u32;

/// A split by its name.
pub(super) fn parse_split(name: &str) -> Result<Split, String> {
    name.parse().map_err(|_| format!("expected {}", Split::ALL.map(Split::word).join(", ")))
}

impl SceneCommand {
    /// Writes `NNNN.png`, a mask `NNNN.mask.K.png` per object, the moving picture `NNNN.clip.png`, `captions.jsonl`,
    /// `questions.jsonl`, `table.csv`, `graph.json` and `scene.json`.
    pub(super) fn run(&self) -> Result<(), CliError> {
        create_dir_all(&self.out).map_err(|e| CliError::Input(format!("{}: {e}", self.out.display())))?;
        let [mut captions, mut questions, mut tables] = [
            AtomicFile::new(&self.out.join("captions.jsonl"))?,
            AtomicFile::new(&self.out.join("questions.jsonl"))?,
            AtomicFile::new(&self.out.join("table.csv"))?,
        ];
        tables.write(&table_csv::header())?;
        let (mut scenes, mut graphs) = (Vec::new(), Vec::new());
        let bar = bar(self.count, "scenes");
        for index in 0..self.count {
            let scene = splits::scene(self.split, self.seed, index);
            let name = format!("{index:04}");
            let motion = Motion::draw(&scene, &mut self.rng(index, Stream::Motion));
            let picture = render(&scene);
            let table = Table::draw(&scene, &motion, &picture, &mut self.rng(index, Stream::Table));
            self.pictures(picture, &name)?;
            self.clip(&scene, &motion, &name)?;
            for line in self.captions(&scene, &name, index) {
                captions.write(format!("{line}\n").as_bytes())?;
            }
            for line in self.questions(&scene, &name, index) {
                questions.write(format!("{line}\n").as_bytes())?;
            }
            let file = format!("{name}.png");
            tables.write(&table_csv::lines(&file, &table))?;
            let Graph { nodes, edges } = Graph::of(&scene, &motion);
            graphs.push(json!({ "file": file, "nodes": nodes, "edges": edges }));
            scenes.push(
                json!({ "file": file, "index": index, "scene": scene, "motion": motion_json(&motion) }),
            );
            bar.inc(1);
        }
        bar.finish_and_clear();
        captions.finish()?;
        questions.finish()?;
        tables.finish()?;
        let document = json!({ "split": self.split, "seed": self.seed, "scenes": scenes });
        for (name, document) in [("graph.json", &json!(graphs)), ("scene.json", &document)] {
            let text = serde_json::to_vec_pretty(document).expect("plain data serialises");
            write_atomic(&self.out.join(name), &text)?;
        }
        self.output.print(&document, format_args!("{} scenes in {}", self.count, self.out.display()));
        Ok(())
    }

    fn rng(&self, index: u64, stream: Stream) -> Rng {
        Rng::new(self.split, self.seed, index, stream)
    }

    fn pictures(&self, picture: Picture, name: &str) -> Result<(), CliError> {
        let write = |name: String, bytes: Vec<u8>| write_atomic(&self.out.join(name), &bytes);
        write(format!("{name}.png"), encode_png(&Pixels::new(SIDE, SIDE, picture.rgb)))?;
        for (k, mask) in picture.masks.iter().enumerate() {
            let grey: Vec<u8> = (0..PIXELS * PIXELS)
                .map(|p| if mask.contains(p % PIXELS, p / PIXELS) { 255 } else { 0 })
                .collect();
            write(format!("{name}.mask.{k}.png"), encode_grey_png(&grey, SIDE, SIDE))?;
        }
        Ok(())
    }

    fn clip(&self, scene: &Scene, motion: &Motion, name: &str) -> Result<(), CliError> {
        let frame = |frame| Pixels::new(SIDE, SIDE, render(&motion.frame(scene, frame)).rgb);
        let frames: Vec<Pixels> = (0..FRAMES).map(frame).collect();
        #[expect(clippy::cast_possible_truncation, reason = "8")]
        let rate = FRAMES_PER_SECOND as u16;
        Ok(write_atomic(&self.out.join(format!("{name}.clip.png")), &encode_apng(&frames, rate))?)
    }

    fn captions(&self, scene: &Scene, name: &str, index: u64) -> Vec<serde_json::Value> {
        let mut rng = self.rng(index, Stream::Captions);
        let all = Style::ALL.into_iter().filter_map(|style| caption(scene, style, &mut rng));
        all.map(|c| json!({ "file": format!("{name}.png"), "style": c.style, "text": c.text, "statements": c.statements }))
            .collect()
    }

    fn questions(&self, scene: &Scene, name: &str, index: u64) -> Vec<serde_json::Value> {
        let mut rng = self.rng(index, Stream::Questions);
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

/// Velocities in quarter pixels a second, right and down, as the scene's positions are in quarter pixels.
fn motion_json(motion: &Motion) -> serde_json::Value {
    let collision = |collision: &Collision| json!({ "seconds": collision.seconds(), "object": collision.object, "with": collision.with });
    let collisions: Vec<_> = motion.collisions.iter().map(collision).collect();
    json!({ "velocities": motion.velocities(), "collisions": collisions })
}
