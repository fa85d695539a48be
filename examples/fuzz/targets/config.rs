//! `config.json` of published models: what the page computes of it before any weights come.

use triptych::model::architecture::Architecture;
use triptych::precision::Precision;

use super::{CHECKPOINTS, golden};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const FILE: &str = "config.json";

pub(super) fn target() -> Target {
    Target { name: "config", share: 600, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let small = CHECKPOINTS.iter().filter_map(|checkpoint| golden(checkpoint, FILE));
    let bare = ["clip", "siglip"].map(|kind| {
        format!("{{\"model_type\":\"{kind}\",\"vision_config\":{{\"image_size\":224}},\"text_config\":{{}}}}")
            .into_bytes()
    });
    small.chain(bare).map(|config| Files::of([(FILE, config)])).collect()
}

fn run(files: &Files) -> Outcome {
    let Ok(architecture) = Architecture::parse(files.only().1) else { return Ok(Verdict::Refused) };
    architecture.parameters();
    Precision::ALL.into_iter().for_each(|precision| {
        architecture.bytes(precision);
    });
    Ok(Verdict::Taken)
}
