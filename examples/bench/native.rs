//! A process that `benches/native.mjs` starts: `bench FOLDER BATCH` answers every line of its input with a run.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use triptych::io::file::Folder;

use crate::Tower;

pub fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(batch)) = (args.next(), args.next().and_then(|batch| batch.parse().ok())) else {
        eprintln!("error: expected a folder of target/bench/models and a batch size");
        return ExitCode::from(2);
    };
    match answer(Path::new(&folder), batch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Answers with milliseconds and the largest error of a value.
fn answer(folder: &Path, batch: usize) -> Result<(), String> {
    let mut tower = pollster::block_on(Tower::open(false, &Folder(folder.to_path_buf())))?;
    let side = tower.checkpoint.architecture.vision().image_size;
    let pixels = values(folder.join("pixels.f32"), batch * 3 * side * side)?;
    let expected = values(folder.join("embeds.f32"), batch * tower.checkpoint.embed_dim())?;
    for _ in std::io::stdin().lock().lines() {
        let start = Instant::now();
        let embeds = pollster::block_on(tower.embed(batch, pixels.clone()))?;
        let ms = 1e3 * start.elapsed().as_secs_f64();
        let reply = json!({ "ms": ms, "error": largest_error(embeds.as_f32(), &expected) });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// NaN where any value is.
fn largest_error(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len(), "values of the embeddings");
    let apart = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    apart.fold(0.0, |most, apart| if apart > most || apart.is_nan() { apart } else { most })
}

/// The first `count` values of a file of f32.
fn values(path: PathBuf, count: usize) -> Result<Vec<f32>, String> {
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if bytes.len() < 4 * count {
        return Err(format!("{}: expected {count} values, found {}", path.display(), bytes.len() / 4));
    }
    Ok(bytes[..4 * count]
        .chunks_exact(4)
        .map(|word| f32::from_le_bytes(word.try_into().expect("4")))
        .collect())
}
