//! `triptych scene`: the world as files.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::json;

use super::{CliError, Output, bar};
use crate::io::apng::encode_apng;
use crate::io::file::{AtomicFile, write_atomic};
use crate::io::image::{encode_grey_png, encode_png};
use crate::io::table_csv;
use crate::io::wav::encode_wav;
use crate::pixels::Pixels;
use crate::world::language::{EventStyle, caption, event_caption};
use crate::world::motion::{Collision, FRAMES_PER_SECOND};
use crate::world::questions::{QuestionKind, ask, ask_event};
use crate::world::render::PIXELS;
use crate::world::sound::SAMPLE_RATE;
use crate::world::{Clip, Graph, Motion, Question, Split, Stream, Style};

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
    /// Writes `NNNN.png`, a mask `NNNN.mask.K.png` per object, the moving picture `NNNN.clip.png`, the sound `NNNN.wav`,
    /// `captions.jsonl`, `questions.jsonl`, `table.csv`, `graph.json` and `scene.json`.
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
            let clip = Clip::draw(self.split, self.seed, index);
            let name = format!("{index:04}");
            let file = format!("{name}.png");
            self.pictures(&clip, &name)?;
            self.video(&clip, &name)?;
            for line in spoken(&clip) {
                captions.write(line_of(&file, line).as_bytes())?;
            }
            for line in asked(&clip) {
                questions.write(line_of(&file, line).as_bytes())?;
            }
            tables.write(&table_csv::lines(&file, &clip.table()))?;
            let Graph { nodes, edges } = clip.graph();
            graphs.push(json!({ "file": file, "nodes": nodes, "edges": edges }));
            let Clip { scene, motion, .. } = &clip;
            scenes
                .push(json!({ "file": file, "index": index, "scene": scene, "motion": motion_json(motion) }));
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

    fn pictures(&self, clip: &Clip, name: &str) -> Result<(), CliError> {
        let picture = clip.picture();
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

    fn video(&self, clip: &Clip, name: &str) -> Result<(), CliError> {
        let frames: Vec<Pixels> = clip.frames().map(|frame| Pixels::new(SIDE, SIDE, frame.rgb)).collect();
        #[expect(clippy::cast_possible_truncation, reason = "8")]
        let rate = FRAMES_PER_SECOND as u16;
        write_atomic(&self.out.join(format!("{name}.clip.png")), &encode_apng(&frames, rate))?;
        let sound = encode_wav(&clip.sound().mix(), SAMPLE_RATE);
        Ok(write_atomic(&self.out.join(format!("{name}.wav")), &sound)?)
    }
}

/// A line of JSON about a file.
fn line_of(file: &str, mut line: serde_json::Value) -> String {
    line["file"] = json!(file);
    format!("{line}\n")
}

/// True sentences, of each style that has something to say.
fn spoken(clip: &Clip) -> Vec<serde_json::Value> {
    let mut rng = clip.rng(Stream::Captions);
    let of_picture = Style::ALL.into_iter().filter_map(|style| caption(&clip.scene, style, &mut rng));
    let of_picture =
        of_picture.map(|c| json!({ "style": c.style, "text": c.text, "statements": c.statements }));
    let mut lines: Vec<_> = of_picture.collect();
    let mut rng = clip.rng(Stream::Events);
    let mut happens = |style| event_caption(&clip.scene, &clip.motion, style, true, &mut rng);
    let of_clip = EventStyle::ALL.into_iter().filter_map(&mut happens);
    lines.extend(of_clip.map(|c| json!({ "style": c.style, "text": c.text, "statements": [c.statement] })));
    lines
}

/// Questions with their answers, of each kind that has something to ask.
fn asked(clip: &Clip) -> Vec<serde_json::Value> {
    let mut rng = clip.rng(Stream::Questions);
    let mut all: Vec<Question> =
        QuestionKind::ALL.into_iter().filter_map(|kind| ask(&clip.scene, kind, &mut rng)).collect();
    all.extend(ask_event(&clip.scene, &clip.motion, &mut rng));
    let line = |q: Question| json!({ "kind": q.kind, "question": q.text, "answer": q.answer.to_string(), "program": q.program });
    all.into_iter().map(line).collect()
}

/// Velocities in quarter pixels a second, right and down, as the scene's positions are in quarter pixels.
fn motion_json(motion: &Motion) -> serde_json::Value {
    let collision = |collision: &Collision| json!({ "seconds": collision.seconds(), "object": collision.object, "with": collision.with });
    let collisions: Vec<_> = motion.collisions.iter().map(collision).collect();
    json!({ "velocities": motion.velocities(), "collisions": collisions })
}
