//! What is fed, a file each. A target's inputs are those that people outside hand over: files, pictures, links, answers.

mod address;
mod album;
mod checkpoint;
mod config;
mod hub;
mod picture;
mod playroom;
mod preprocess;
mod protocol;
mod results;
mod table;
mod tokenizer;
mod wav;
mod weights;
mod world;

use std::path::{Path, PathBuf};

use crate::case::Target;

/// All targets. Shares are such that no target takes much more of the time than another.
pub(crate) fn all() -> Vec<Target> {
    vec![
        address::target(),
        protocol::target(),
        results::target(),
        world::target(),
        table::target(),
        hub::target(),
        weights::target(),
        config::target(),
        preprocess::target(),
        tokenizer::target(),
        picture::target(),
        wav::target(),
        album::target(),
        checkpoint::target(),
        playroom::target(),
    ]
}

/// A folder or file of the project.
fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names of the small checkpoints in `tests/goldens/checkpoints`.
const CHECKPOINTS: [&str; 6] =
    ["clip_gelu", "clip_quick_gelu", "siglip", "blip_caption", "blip_match", "blip_answer"];

/// A file of a small checkpoint.
fn golden(checkpoint: &str, file: &str) -> Option<Vec<u8>> {
    std::fs::read(project("tests/goldens/checkpoints").join(checkpoint).join(file)).ok()
}

/// Numbers that are an answer.
fn finite(what: &str, numbers: &[f32]) -> Result<(), String> {
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(at) => Err(format!("{what}: {} at {at}, expected a finite number", numbers[at])),
        None => Ok(()),
    }
}
