//! `triptych bench`: how long the engine takes for the work that people wait for.

use std::time::Instant;

use serde_json::json;

use super::model::Model;
use super::{CliError, Common, print_json};
use crate::infer::{Decoding, Runner};
use crate::pixels::Pixels;
use crate::world::render::PIXELS;
use crate::world::{Split, Style, render, splits};

#[derive(clap::Args)]
pub struct Bench {
    /// Timed runs of each case; the first one besides is not counted
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    common: Common,
}

/// Milliseconds of one case.
#[derive(serde::Serialize)]
struct Row {
    case: &'static str,
    median_ms: f64,
    least_ms: f64,
    most_ms: f64,
}

impl Bench {
    pub fn run(&self) -> Result<(), CliError> {
        let mut runner = self.model.load(&self.common)?;
        let rows = [
            self.time(&mut runner, "image, batch 1", |runner| images(runner, 1))?,
            self.time(&mut runner, "image, batch 32", |runner| images(runner, 32))?,
            self.time(&mut runner, "text, batch 1", text)?,
            self.time(&mut runner, "caption, greedy", caption)?,
        ];
        let backend = match runner.device() {
            crate::device::Device::Cpu(_) => "cpu".to_string(),
            crate::device::Device::Gpu(gpu) => gpu.info().name.clone(),
        };
        if self.common.json {
            print_json(&json!({ "backend": backend, "runs": self.runs, "rows": rows }));
            return Ok(());
        }
        println!("{backend}, {} runs", self.runs);
        for row in &rows {
            println!("{:18} {:9.2} ms  ({:.2} to {:.2})", row.case, row.median_ms, row.least_ms, row.most_ms);
        }
        Ok(())
    }

    fn time(
        &self,
        runner: &mut Runner,
        case: &'static str,
        work: impl Fn(&mut Runner) -> Result<(), CliError>,
    ) -> Result<Row, CliError> {
        work(runner)?;
        let mut times = Vec::new();
        for _ in 0..self.runs {
            let start = Instant::now();
            work(runner)?;
            times.push(1e3 * start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        let (least_ms, most_ms) = (times[0], times[times.len() - 1]);
        Ok(Row { case, median_ms: times[times.len() / 2], least_ms, most_ms })
    }
}

fn pictures(count: u64) -> Vec<Pixels> {
    let picture = |i| render(&splits::scene(Split::Test, 0, i)).rgb;
    (0..count).map(|i| Pixels::new(PIXELS as u32, PIXELS as u32, picture(i))).collect()
}

fn images(runner: &mut Runner, count: u64) -> Result<(), CliError> {
    pollster::block_on(runner.encode_images(&pictures(count))).map(drop).map_err(CliError::failure)
}

fn text(runner: &mut Runner) -> Result<(), CliError> {
    let ids = runner.words.sentence("a red circle left of a blue star").map_err(CliError::failure)?;
    pollster::block_on(runner.encode_texts(&[ids])).map(drop).map_err(CliError::failure)
}

fn caption(runner: &mut Runner) -> Result<(), CliError> {
    let prompt = runner.words.caption(Style::Full, "").map_err(CliError::failure)?;
    pollster::block_on(async {
        let (image, _) = runner.encode_images(&pictures(1)).await?;
        runner.write_texts(&image, &[prompt], Decoding::Greedy, 64).await
    })
    .map(drop)
    .map_err(CliError::failure)
}
