//! The scenes of every split.

use super::generate::{Pairs, draw};
use super::partition::split_of;
use super::rng::{Rng, Stream};
use super::scene::{MAX_OBJECTS, Scene};
use super::split::Split;
use super::swap;
use std::ops::RangeInclusive;

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
        if split_of(&scene) == split {
            return scene;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::full_caption;
    use crate::world::partition::shows_held_out;
    use std::collections::HashSet;

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
