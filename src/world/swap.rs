//! Winoground-like pairs (Thrush et al. 2022): two scenes and two captions with the same words bound the
//! other way round, each caption true of its own scene and false of the other.

use super::attributes::Kind;
use super::edit::exchange;
use super::generate::{Pairs, draw, is_tidy};
use super::language::{Caption, Claim, Description, Style, full_caption, speak};
use super::partition::{shows_held_out, split_of};
use super::relation::Relation;
use super::rng::{Rng, Stream};
use super::scene::Scene;
use super::split::Split;
use crate::order;

/// What tells the two scenes of a pair apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Swapped {
    /// Two objects exchanged their values of this kind.
    Values(Kind),
    /// Two objects exchanged their positions, and the captions say how one stands to the other.
    Relation,
}

/// `captions[i]` is true of `scenes[i]` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwapPair {
    pub swapped: Swapped,
    pub scenes: [Scene; 2],
    pub captions: [Caption; 2],
}

/// The pair `index` under a seed. Neither scene belongs to `train`, neither shows a held-out pair.
pub fn pair(seed: u64, index: u64) -> SwapPair {
    let mut rng = Rng::new(Split::Swap, seed, index, Stream::Scene);
    let mut picture = Rng::new(Split::Swap, seed, index, Stream::Picture);
    let mut wording = Rng::new(Split::Swap, seed, index, Stream::Captions);
    let swapped = match rng.below(6) {
        5 => Swapped::Relation,
        kind => Swapped::Values(Kind::ALL[kind]),
    };
    loop {
        let scene = draw(&mut rng, &mut picture, 2..=3, Pairs::Known);
        if split_of(&scene) != Split::Train
            && let Some(scenes) = turn(scene, swapped)
            && let Some(captions) = bind(&scenes, swapped, &mut wording)
        {
            return SwapPair { swapped, scenes, captions };
        }
    }
}

/// The scene and the one in which its first two objects have exchanged what is swapped.
fn turn(scene: Scene, swapped: Swapped) -> Option<[Scene; 2]> {
    let kind = match swapped {
        Swapped::Values(kind) => kind,
        Swapped::Relation => Kind::Place,
    };
    let mut turned = scene.clone();
    exchange(&mut turned, 0, 1, kind);
    let is_admissible = is_tidy(&turned) && !shows_held_out(&turned) && split_of(&turned) != Split::Train;
    is_admissible.then_some([scene, turned])
}

/// A caption for each scene; none where the words differ or a caption is true of both.
fn bind(scenes: &[Scene; 2], swapped: Swapped, rng: &mut Rng) -> Option<[Caption; 2]> {
    let captions = match swapped {
        Swapped::Values(_) if rng.one_in(2) => [full_caption(&scenes[0]), full_caption(&scenes[1])],
        Swapped::Values(kind) => [0, 1].map(|side| {
            speak::say(&both(&scenes[side], kind), Style::Short, &scenes[side], &mut rng.clone())
        }),
        Swapped::Relation => {
            let relation = rng.pick(&Relation::ALL);
            let name = |i: usize| Description::of(&scenes[0].objects[i], &[Kind::Colour, Kind::Shape]);
            let claims =
                [Claim::Relation(name(0), relation, name(1)), Claim::Relation(name(1), relation, name(0))];
            [0, 1].map(|side| speak::say(&[claims[side]], Style::Relation, &scenes[side], &mut rng.clone()))
        }
    };
    let [a, b] = &captions;
    let is_bound = a.is_true_of(&scenes[0])
        && b.is_true_of(&scenes[1])
        && !a.is_true_of(&scenes[1])
        && !b.is_true_of(&scenes[0]);
    (is_bound && words(a) == words(b)).then_some(captions)
}

/// The first two objects by colour, shape and what is swapped.
fn both(scene: &Scene, kind: Kind) -> [Claim; 2] {
    let mut kinds = vec![Kind::Colour, Kind::Shape];
    if !kinds.contains(&kind) {
        kinds.push(kind);
    }
    [0, 1].map(|i| Claim::Exists(Description::of(&scene.objects[i], &kinds)))
}

/// The words of a caption, sorted.
fn words(caption: &Caption) -> Vec<&str> {
    let mut words: Vec<&str> = caption.text.split(' ').map(|word| word.trim_end_matches(',')).collect();
    order::sort(&mut words);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::splits::scene;
    use std::collections::HashMap;

    #[test]
    fn pairs_bind_the_same_words_the_other_way_round() {
        let mut seen: HashMap<Swapped, usize> = HashMap::new();
        for index in 0..600 {
            let SwapPair { swapped, scenes, captions } = pair(6, index);
            *seen.entry(swapped).or_default() += 1;
            assert_ne!(captions[0].text, captions[1].text);
            assert_eq!(words(&captions[0]), words(&captions[1]));
            for i in 0..2 {
                assert_eq!(scene(Split::Swap, 6, 2 * index + i as u64), scenes[i]);
                assert!(captions[i].is_true_of(&scenes[i]));
                assert!(
                    !captions[i].is_true_of(&scenes[1 - i]),
                    "{} of {:?}",
                    captions[i].text,
                    scenes[1 - i]
                );
                assert!(split_of(&scenes[i]) != Split::Train && !shows_held_out(&scenes[i]));
            }
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|&count| count > 60), "{seen:?}");
    }
}
