//! One number for a stretch of the world, to compare targets: natively and in WebAssembly it must be the same
//! (`tests/portable/world.rs`).

use super::language::{Style, caption, false_caption, full_caption};
use super::questions::{QuestionKind, ask};
use super::render::render;
use super::rng::{Rng, Stream};
use super::split::Split;
use super::splits::scene;
use super::{edit, swap};

/// FNV-1a over 64 bits.
struct Fnv(u64);

impl Fnv {
    fn write(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

/// A digest of pictures, masks, captions true and false, near misses, questions and answers of the first
/// `count` scenes of every split under `seed`.
pub fn digest(seed: u64, count: u64) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    for split in Split::ALL {
        for index in 0..count {
            add_scene(&mut hash, split, seed, index);
        }
    }
    for index in 0..count {
        swap::pair(seed, index).captions.iter().for_each(|caption| hash.write(caption.text.bytes()));
    }
    hash.0
}

fn add_scene(hash: &mut Fnv, split: Split, seed: u64, index: u64) {
    let scene = scene(split, seed, index);
    let picture = render(&scene);
    hash.write(picture.rgb);
    for mask in picture.masks {
        hash.write(mask.rows.into_iter().flat_map(u64::to_le_bytes));
    }
    let mut rng = Rng::new(split, seed, index, Stream::Captions);
    for style in Style::ALL {
        for caption in [caption(&scene, style, &mut rng), false_caption(&scene, style, &mut rng)] {
            hash.write(caption.into_iter().flat_map(|caption| caption.text.into_bytes()));
        }
    }
    let mut rng = Rng::new(split, seed, index, Stream::Questions);
    for kind in QuestionKind::ALL {
        let question = ask(&scene, kind, &mut rng);
        hash.write(question.into_iter().flat_map(|q| format!("{} {}", q.text, q.answer).into_bytes()));
    }
    let mut rng = Rng::new(split, seed, index, Stream::Edits);
    for (near, _) in edit::near_misses(&scene, &mut rng, 3) {
        hash.write(full_caption(&near).text.bytes());
    }
}
