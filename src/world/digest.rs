//! One number for a stretch of the world, to compare targets: natively and in WebAssembly it must be the same
//! (`tests/portable/world.rs`).

use super::language::{EventStyle, Style, caption, event_caption, false_caption, full_caption};
use super::motion::FRAMES;
use super::questions::{QuestionKind, ask, ask_event};
use super::render::render;
use super::rng::{Rng, Stream};
use super::split::Split;
use super::splits::scene;
use super::{Clip, Sound, edit, swap};
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

/// A digest of the motions, tables, graphs, sentences and questions of the first `count` clips of every split under `seed`.
pub fn clip_digest(seed: u64, count: u64) -> u64 {
    of_clips(seed, count, add_clip)
}

/// A digest of the samples of the first `count` clips of every split under `seed`, source by source.
pub fn sound_digest(seed: u64, count: u64) -> u64 {
    of_clips(seed, count, |add, clip| {
        let Sound { stems, ambience, noise } = clip.sound();
        for sample in stems.iter().chain([&ambience, &noise]).flatten() {
            add(&sample.to_bits().to_le_bytes());
        }
    })
}

/// Takes in bytes.
type Add<'a> = &'a mut dyn FnMut(&[u8]);

fn of_clips(seed: u64, count: u64, add_clip: fn(Add, &Clip)) -> u64 {
    let mut hash = FNV_START;
    let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes.iter().copied());
    for split in Split::ALL {
        (0..count).for_each(|index| add_clip(&mut add, &Clip::draw(split, seed, index)));
    }
    hash
}

fn add_clip(add: Add, clip: &Clip) {
    let Clip { scene, motion, .. } = clip;
    for leg in motion.legs.iter().flatten() {
        add(&leg.start.to_le_bytes());
        add(&leg.speed().to_bits().to_le_bytes());
    }
    for object in (0..FRAMES).flat_map(|frame| motion.frame(scene, frame).objects) {
        [object.x, object.y].iter().for_each(|v| add(&v.to_le_bytes()));
    }
    add(&serde_json::to_vec(&motion.collisions).expect("plain data serialises"));
    let table = clip.table();
    for row in &table.objects {
        add(&row.object.map_or(u32::MAX, |object| object as u32).to_le_bytes());
    }
    for cell in table.objects.iter().flat_map(|row| row.cells).chain(table.scene) {
        add(&cell.map_or(u32::MAX, f32::to_bits).to_le_bytes());
    }
    add(&serde_json::to_vec(&clip.graph()).expect("plain data serialises"));
    let mut rng = clip.rng(Stream::Events);
    for (style, truth) in
        EventStyle::ALL.into_iter().flat_map(|style| [true, false].map(|truth| (style, truth)))
    {
        let caption = event_caption(scene, motion, style, truth, &mut rng);
        caption.iter().for_each(|caption| add(caption.text.as_bytes()));
    }
    let question = ask_event(scene, motion, &mut rng);
    question.iter().for_each(|q| add(format!("{} {}", q.text, q.answer).as_bytes()));
}
