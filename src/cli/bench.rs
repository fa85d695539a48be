//! `triptych bench`: how long the engine takes for the work that people wait for.

mod gpu;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Instant;

use serde_json::json;

use super::CliError;
use super::model::Model;
use crate::device::Device;
use crate::infer::{Decoding, GenerationContext, VisionLanguageModel};
use crate::pixels::Pixels;
use crate::world::render::PIXELS;
use crate::world::{Split, render, splits};

#[derive(clap::Args)]
pub(super) struct Bench {
    /// Timed runs of each case; the first one besides is not counted
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Print how long each kind of step takes in encoding a picture, every step awaited by itself
    #[arg(long)]
    trace: bool,
    /// Time a graphics processor instead: a product of matrices, attention and the image tower of a CLIP ViT-L/14 with
    /// random weights, all of them smaller where the processor is a software one
    #[arg(long, conflicts_with_all = ["trace", "model", "weights", "backend"])]
    gpu: bool,
    #[command(flatten)]
    model: Model,
}

/// Steps of one kernel; the median of their sum over the runs.
#[derive(serde::Serialize)]
struct Steps {
    kernel: &'static str,
    count: usize,
    median_ms: f64,
}

/// Milliseconds of one case.
#[derive(serde::Serialize)]
struct Row {
    case: &'static str,
    #[serde(flatten)]
    times: Times,
}

#[derive(serde::Serialize)]
struct Times {
    median_ms: f64,
    least_ms: f64,
    most_ms: f64,
}

impl Bench {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if self.gpu {
            return gpu::run(self.runs, &self.model.common.output);
        }
        let mut opened = self.model.open_playroom()?;
        let model = &mut opened.0;
        let backend = match model.device() {
            Device::Cpu(_) => "cpu".to_string(),
            Device::Gpu(gpu) => gpu.info().name.clone(),
        };
        if self.trace {
            self.print_steps(&backend, &self.steps(model)?);
            return Ok(());
        }
        let rows = [
            self.time(model, "image, batch 1", |model| images(model, 1))?,
            self.time(model, "image, batch 32", |model| images(model, 32))?,
            self.time(model, "text, batch 1", text)?,
            self.time(model, "caption, greedy", caption)?,
        ];
        let lines: String = rows.iter().map(|Row { case, times }| format!("\n{case:18} {times}")).collect();
        let document = json!({ "backend": backend, "runs": self.runs, "rows": rows });
        self.model.common.output.print(&document, format_args!("{backend}, {} runs{lines}", self.runs));
        Ok(())
    }

    /// The dearest kernel first.
    fn steps(&self, model: &mut VisionLanguageModel) -> Result<Vec<Steps>, CliError> {
        let mut sums: BTreeMap<&'static str, (usize, Vec<f64>)> = BTreeMap::new();
        let picture = pictures(1).remove(0);
        for run in 0..usize::from(self.runs) {
            let steps = pollster::block_on(model.time_image_steps(&picture, 0.0))?;
            for (kernel, ms) in steps {
                let (count, times) = sums.entry(kernel).or_default();
                times.resize(run + 1, 0.0);
                times[run] += ms;
                *count += usize::from(run == 0);
            }
        }
        let median = |(kernel, (count, mut times)): (_, (_, Vec<f64>))| {
            times.sort_by(f64::total_cmp);
            Steps { kernel, count, median_ms: times[times.len() / 2] }
        };
        let mut all: Vec<Steps> = sums.into_iter().map(median).collect();
        all.sort_by(|a, b| b.median_ms.total_cmp(&a.median_ms));
        Ok(all)
    }

    fn print_steps(&self, backend: &str, steps: &[Steps]) {
        let line = |Steps { kernel, count, median_ms }: &Steps| {
            format!("\n{kernel:24} {count:4} steps {median_ms:9.2} ms")
        };
        let lines: String = steps.iter().map(line).collect();
        let document = json!({ "backend": backend, "runs": self.runs, "steps": steps });
        let text = format_args!("{backend}, {} runs of one picture{lines}", self.runs);
        self.model.common.output.print(&document, text);
    }

    fn time(
        &self,
        model: &mut VisionLanguageModel,
        case: &'static str,
        work: impl Fn(&mut VisionLanguageModel) -> Result<(), CliError>,
    ) -> Result<Row, CliError> {
        Ok(Row { case, times: Times::of(self.runs, || work(model))? })
    }
}

impl Times {
    /// Of `runs` runs of `work`, after one that does not count.
    fn of(runs: u16, mut work: impl FnMut() -> Result<(), CliError>) -> Result<Self, CliError> {
        work()?;
        let mut times = Vec::new();
        for _ in 0..runs {
            let start = Instant::now();
            work()?;
            times.push(1e3 * start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        let (least_ms, most_ms) = (times[0], times[times.len() - 1]);
        Ok(Times { median_ms: times[times.len() / 2], least_ms, most_ms })
    }
}

impl Display for Times {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{:9.2} ms  ({:.2} to {:.2})", self.median_ms, self.least_ms, self.most_ms)
    }
}

fn pictures(count: u64) -> Vec<Pixels> {
    let picture = |i| render(&splits::scene(Split::Test, 0, i)).rgb;
    #[expect(clippy::cast_possible_truncation, reason = "64")]
    let side = PIXELS as u32;
    (0..count).map(|i| Pixels::new(side, side, picture(i))).collect()
}

fn images(model: &mut VisionLanguageModel, count: u64) -> Result<(), CliError> {
    pollster::block_on(model.embed_images(&pictures(count))).map(drop).map_err(CliError::failure)
}

fn text(model: &mut VisionLanguageModel) -> Result<(), CliError> {
    let ids = model.sentence("a red circle left of a blue star")?;
    pollster::block_on(model.embed_texts(&[ids])).map(drop).map_err(CliError::failure)
}

fn caption(model: &mut VisionLanguageModel) -> Result<(), CliError> {
    let (prompt, _) = model.caption_prompt("")?;
    let picture = pictures(1).remove(0);
    pollster::block_on(async {
        model.embed_images(std::slice::from_ref(&picture)).await?;
        model.generate(&GenerationContext { picture, question: None }, prompt, Decoding::Greedy, 64).await
    })
    .map(drop)
    .map_err(CliError::failure)
}
