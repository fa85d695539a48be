//! One number for a stretch of the world, to compare targets: natively and in WebAssembly it must be the same
//! (`tests/portable/world.rs`).

use super::language::{Style, caption, false_caption, full_caption};
use super::questions::{QuestionKind, ask};
use super::render::render;
use super::rng::{Rng, Stream};
use super::split::Split;
use super::splits::scene;
use super::{Motion, Sound, edit, swap};
use crate::rng::{FNV_START, fnv1a};

/// A digest of pictures, masks, captions true and false, near misses, questions and answers of the first
/// `count` scenes of every split under `seed`.
pub fn digest(seed: u64, count: u64) -> u64 {
    let mut hash = FNV_START;
    let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes.iter().copied());
    for split in Split::ALL {
        for index in 0..count {
            add_scene(&mut add, split, seed, index);
        }
    }
    for index in 0..count {
        swap::pair(seed, index).captions.iter().for_each(|caption| add(caption.text.as_bytes()));
    }
    hash
}

/// A digest of the samples of the first `count` clips of every split under `seed`, source by source.
pub fn sound_digest(seed: u64, count: u64) -> u64 {
    let mut hash = FNV_START;
    for (split, index) in Split::ALL.into_iter().flat_map(|split| (0..count).map(move |index| (split, index)))
    {
        let stream = |stream| Rng::new(split, seed, index, stream);
        let scene = scene(split, seed, index);
        let motion = Motion::draw(&scene, &mut stream(Stream::Motion));
        let sound = Sound::draw(&scene, &motion, &mut stream(Stream::Ambience), &mut stream(Stream::Noise));
        for source in sound.stems.iter().chain([&sound.ambience, &sound.noise]) {
            hash = fnv1a(hash, source.iter().flat_map(|sample| sample.to_bits().to_le_bytes()));
        }
    }
    hash
}

fn add_scene(add: &mut impl FnMut(&[u8]), split: Split, seed: u64, index: u64) {
    let scene = scene(split, seed, index);
    let picture = render(&scene);
    add(&picture.rgb);
    for mask in picture.masks {
        mask.rows.iter().for_each(|row| add(&row.to_le_bytes()));
    }
    let mut rng = Rng::new(split, seed, index, Stream::Captions);
    for style in Style::ALL {
        for caption in [caption(&scene, style, &mut rng), false_caption(&scene, style, &mut rng)] {
            caption.iter().for_each(|caption| add(caption.text.as_bytes()));
        }
    }
    let mut rng = Rng::new(split, seed, index, Stream::Questions);
    for kind in QuestionKind::ALL {
        let question = ask(&scene, kind, &mut rng);
        question.iter().for_each(|q| add(format!("{} {}", q.text, q.answer).as_bytes()));
    }
    let mut rng = Rng::new(split, seed, index, Stream::Edits);
    for (near, _) in edit::near_misses(&scene, &mut rng, 3) {
        add(full_caption(&near).text.as_bytes());
    }
}
