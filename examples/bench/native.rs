//! A process that `benches/native.mjs` starts: `bench TASK ..` answers every line of its input with a run.

use std::cell::RefCell;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use triptych::io::file::Folder;

use crate::Tower;
use crate::search::Search;
use crate::training::Training;
use crate::writing::Writing;

pub(crate) fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let batch = |text: &String| text.parse::<usize>().ok();
    let done = match &args[..] {
        [task] if task == "search" => search(),
        [task, folder, count] if task == "embed" && batch(count).is_some() => {
            embed(Path::new(folder), batch(count).expect("checked"))
        }
        [task, folder] if task == "write" => write(Path::new(folder)),
        [task, folder, count] if task == "train" && batch(count).is_some() => {
            train(Path::new(folder), batch(count).expect("checked"))
        }
        _ => {
            eprintln!(
                "error: expected `search`, or a folder of target/bench/models after `write`, or after `embed` or `train` with a batch size"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Answers every line of the input with what `reply` makes of the milliseconds of a run and its result.
fn answer<T>(
    mut run: impl FnMut() -> Result<T, String>,
    mut reply: impl FnMut(f64, &T) -> serde_json::Value,
) -> Result<(), String> {
    for _ in std::io::stdin().lock().lines() {
        let start = Instant::now();
        let found = run()?;
        let ms = 1e3 * start.elapsed().as_secs_f64();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", reply(ms, &found))
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// With the largest error of a value.
fn embed(folder: &Path, batch: usize) -> Result<(), String> {
    let mut tower = pollster::block_on(Tower::open(false, &Folder(folder.to_path_buf())))?;
    let pixels = pictures(folder, batch)?;
    let mut expected = values(folder.join("embeds.f32"))?;
    expected.truncate(batch * tower.model.architecture.embed_dim());
    answer(
        || pollster::block_on(tower.embed(batch, pixels.clone())),
        |ms, embeds| json!({ "ms": ms, "error": largest_error(embeds.as_f32(), &expected) }),
    )
}

/// A token of the text in turn; with its place and the largest error of a logit.
fn write(folder: &Path) -> Result<(), String> {
    let ids = std::fs::read_to_string(folder.join("ids.json")).map_err(|error| error.to_string())?;
    let ids: Vec<u32> = serde_json::from_str(&ids).map_err(|error| error.to_string())?;
    let (pixels, expected) = (values(folder.join("pixels.f32"))?, values(folder.join("logits.f32"))?);
    let (count, width) = (ids.len(), expected.len() / ids.len());
    let mut writing = pollster::block_on(Writing::open(false, &Folder(folder.to_path_buf()), pixels, ids))?;
    let mut places = (0..count).cycle();
    answer(
        || {
            let at = places.next().expect("a cycle");
            Ok((at, pollster::block_on(writing.after(at))?))
        },
        |ms, (at, logits)| {
            let error = largest_error(logits.as_f32(), &expected[at * width..][..width]);
            json!({ "ms": ms, "at": at, "error": error })
        },
    )
}

/// With the loss before the step.
fn train(folder: &Path, batch: usize) -> Result<(), String> {
    let pixels = pictures(folder, batch)?;
    let mut training = pollster::block_on(Training::open(&Folder(folder.to_path_buf()), batch, pixels))?;
    answer(|| pollster::block_on(training.step()), |ms, loss| json!({ "ms": ms, "loss": loss }))
}

/// With the largest error of a product.
fn search() -> Result<(), String> {
    let search = RefCell::new(Search::new());
    answer(
        || Ok(search.borrow_mut().find()),
        |ms, found| json!({ "ms": ms, "error": search.borrow().error(found) }),
    )
}

/// The values of `batch` pictures `[B, 3, S, S]`: those of the folder, again from the first where it holds fewer.
fn pictures(folder: &Path, batch: usize) -> Result<Vec<f32>, String> {
    let config = std::fs::read_to_string(folder.join("config.json")).map_err(|error| error.to_string())?;
    let config: serde_json::Value = serde_json::from_str(&config).map_err(|error| error.to_string())?;
    let side =
        config["vision_config"]["image_size"].as_u64().ok_or("config.json names no image_size")? as usize;
    let all = values(folder.join("pixels.f32"))?;
    Ok(all.into_iter().cycle().take(batch * 3 * side * side).collect())
}

/// NaN where any value is.
fn largest_error(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len(), "values of the result");
    let apart = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    apart.fold(0.0, |most, apart| if apart > most || apart.is_nan() { apart } else { most })
}

/// The values of a file of f32.
fn values(path: PathBuf) -> Result<Vec<f32>, String> {
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().expect("4"))).collect())
}
