//! Playroom's own folder, loaded and asked.

use triptych::world::Rng;

use super::checkpoint::run;
use super::project;
use crate::case::Target;
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "playroom", share: 20, seeds, mutate: mutated, run }
}

fn seeds() -> Vec<Files> {
    let folder = project("public/models/playroom");
    let file = |name| (name, std::fs::read(folder.join(name)).expect("the shipped model"));
    vec![Files::of(["config.json", "tokenizer.json", "model.safetensors"].map(file))]
}

/// Half of all changes are to the configuration, by which all else is read.
fn mutated(rng: &mut Rng, files: &mut Files) {
    match rng.one_in(2) {
        true => mutate::change(rng, files, "config.json"),
        false => mutate::files(rng, files),
    }
}
