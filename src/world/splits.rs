//! The splits, and what keeps them apart.
//!
//! A scene belongs to `train`, `val` or `test` by a hash of its own content: the attributes and cells of its
//! objects, which is all that its full caption says. Whatever the seed, no scene of one split can say what
//! one of another says.

use super::attributes::{Colour, Shape};
use super::generate::{Pairs, draw};
use super::rng::{Rng, Stream};
use super::scene::{MAX_OBJECTS, Scene};
use super::swap;
use crate::order;
use crate::rng::mix;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;

/// A part of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    Train,
    Val,
    Test,
    /// Scenes with at least one (colour, shape) pair that no other split shows.
    Compose,
    /// Winoground-like pairs: scenes 2k and 2k + 1 form the pair k of [`swap::pair`].
    Swap,
}

impl Split {
    pub const ALL: [Split; 5] = [Split::Train, Split::Val, Split::Test, Split::Compose, Split::Swap];

    pub const fn word(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Val => "val",
            Split::Test => "test",
            Split::Compose => "compose",
            Split::Swap => "swap",
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The shape that is never seen with colour `i` outside `compose`: each colour and each shape occurs once.
pub(super) const fn held_out_pair(i: usize) -> (Colour, Shape) {
    (Colour::ALL[i], Shape::ALL[(3 * i + 1) % 8])
}

/// Whether a pair of colour and shape is kept for `compose`.
pub const fn held_out(colour: Colour, shape: Shape) -> bool {
    held_out_pair(colour as usize).1 as usize == shape as usize
}

/// Whether a scene shows a held-out pair.
pub fn shows_held_out(scene: &Scene) -> bool {
    scene.objects.iter().any(|object| held_out(object.colour, object.shape))
}

/// The split that a scene without held-out pairs belongs to: one in twenty to `val`, one in twenty to `test`.
pub fn side(scene: &Scene) -> Split {
    let mut facts: Vec<u64> = scene
        .objects
        .iter()
        .map(|o| {
            [o.place() as u64, o.shape as u64, o.colour as u64, o.size as u64, o.texture as u64]
                .into_iter()
                .fold(0, |packed, value| packed << 4 | value)
        })
        .collect();
    order::sort(&mut facts);
    match facts.iter().fold(0, |hash, &fact| mix(hash ^ fact)) % 20 {
        0 => Split::Val,
        1 => Split::Test,
        _ => Split::Train,
    }
}

/// Scene `index` of a split under a seed, with one to five objects.
pub fn scene(split: Split, seed: u64, index: u64) -> Scene {
    scene_with(split, seed, index, 1..=MAX_OBJECTS)
}

/// As [`scene`], with the number of objects in a range of its own. Swap pairs choose their number themselves.
pub fn scene_with(split: Split, seed: u64, index: u64, objects: RangeInclusive<usize>) -> Scene {
    assert!(
        *objects.start() >= 1 && objects.start() <= objects.end() && *objects.end() <= MAX_OBJECTS,
        "number of objects must lie in 1..={MAX_OBJECTS}, found {objects:?}"
    );
    if split == Split::Swap {
        let [first, second] = swap::pair(seed, index / 2).scenes;
        return if index.is_multiple_of(2) { first } else { second };
    }
    let mut rng = Rng::new(split, seed, index, Stream::Scene);
    let mut picture = Rng::new(split, seed, index, Stream::Picture);
    if split == Split::Compose {
        return draw(&mut rng, &mut picture, objects, Pairs::HeldOut);
    }
    loop {
        let scene = draw(&mut rng, &mut picture, objects.clone(), Pairs::Known);
        if side(&scene) == split {
            return scene;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::full_caption;
    use std::collections::HashSet;

    #[test]
    fn held_out_pairs_take_every_colour_and_every_shape_once() {
        let shapes: HashSet<Shape> = (0..8).map(|i| held_out_pair(i).1).collect();
        assert_eq!(shapes.len(), 8);
        let count =
            Colour::ALL.iter().flat_map(|&c| Shape::ALL.map(|s| held_out(c, s))).filter(|&h| h).count();
        assert_eq!(count, 8);
    }

    #[test]
    fn held_out_pairs_show_in_compose_only() {
        for index in 0..3_000 {
            assert!(shows_held_out(&scene(Split::Compose, 1, index)));
            for split in [Split::Train, Split::Val, Split::Test, Split::Swap] {
                assert!(!shows_held_out(&scene(split, 1, index)), "{split} {index}");
            }
        }
    }

    #[test]
    fn no_two_splits_share_a_full_caption_whatever_the_seed() {
        let say = |split, seed, index| full_caption(&scene_with(split, seed, index, 1..=2)).text;
        let train: HashSet<String> = (0..40_000).map(|index| say(Split::Train, 1, index)).collect();
        let val: HashSet<String> = (0..4_000).map(|index| say(Split::Val, 1, index)).collect();
        for seed in [1, 2, 77] {
            let held_out = [Split::Test, Split::Swap, Split::Compose];
            let texts = held_out.map(|split| (0..2_000).map(move |index| say(split, seed, index)));
            for text in texts.into_iter().flatten() {
                assert!(!train.contains(&text), "{text}");
            }
            assert!((0..2_000).all(|index| !val.contains(&say(Split::Test, seed, index))));
            assert!((0..2_000).all(|index| !train.contains(&say(Split::Val, seed, index))));
        }
        // One-object scenes are few enough that equal captions do occur inside a split.
        assert!(train.len() < 40_000);
    }

    #[test]
    fn the_number_of_objects_obeys() {
        for index in 0..500 {
            assert_eq!(scene_with(Split::Train, 1, index, 4..=4).objects.len(), 4);
            assert!((1..=2).contains(&scene_with(Split::Compose, 1, index, 1..=2).objects.len()));
        }
    }

    #[test]
    #[should_panic(expected = "number of objects")]
    fn six_objects_are_refused() {
        scene_with(Split::Train, 1, 0, 1..=6);
    }
}
