//! What the best listener could find: colour, place and what keeps still are inaudible.

use serde::{Deserialize, Serialize};

use super::Found;
use crate::eval::retrieval::RetrievalMetrics;
use crate::world::scene::Object;
use crate::world::{Clip, Shape, Size, Texture};

/// Pictures found by sound, beside what a listener would find who knows shape, size and texture of all that sounds. Of the pictures
/// that show this, those with the fewest other objects come first; among equals one guesses.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct SoundCeiling {
    /// On all clips.
    pub ceiling: Found,
    /// On clips whose every object sounds, so that the sound determines them up to colour.
    pub of_audible: Found,
    pub ceiling_of_audible: Found,
    pub audible: usize,
}

type Heard = (Shape, Size, Texture);

impl SoundCeiling {
    /// `ranks` are those of the clips' pictures by their sounds, from 1.
    pub(super) fn new(clips: &[Clip], ranks: &[usize]) -> Self {
        let heard: Vec<Vec<Heard>> = clips.iter().map(heard).collect();
        let shown: Vec<Vec<Heard>> =
            clips.iter().map(|clip| clip.scene.objects.iter().map(attributes).collect()).collect();
        let best: Vec<Place> = (0..clips.len()).map(|i| Place::of(i, &heard, &shown)).collect();
        let is_audible = |i: &usize| heard[*i].len() == shown[*i].len();
        let audible: Vec<usize> = (0..clips.len()).filter(is_audible).collect();
        let of_audible: Vec<usize> = audible.iter().map(|&i| ranks[i]).collect();
        SoundCeiling {
            ceiling: Place::expected(&best),
            of_audible: RetrievalMetrics::of_ranks(&of_audible).into(),
            ceiling_of_audible: Place::expected(&audible.iter().map(|&i| best[i]).collect::<Vec<_>>()),
            audible: audible.len(),
        }
    }
}

fn attributes(object: &Object) -> Heard {
    (object.shape, object.size, object.texture)
}

/// What sounds: objects that move at any time.
fn heard(clip: &Clip) -> Vec<Heard> {
    let objects = clip.scene.objects.iter().enumerate();
    objects.filter(|(index, _)| clip.motion.moves(*index)).map(|(_, object)| attributes(object)).collect()
}

/// Where the right picture stands for the best listener.
#[derive(Clone, Copy)]
struct Place {
    /// Pictures before it.
    before: usize,
    /// Pictures at its place, with itself.
    equal: usize,
}

impl Place {
    fn of(i: usize, heard: &[Vec<Heard>], shown: &[Vec<Heard>]) -> Self {
        let own = shown[i].len();
        let fits = |shown: &&Vec<Heard>| {
            let mut left = (*shown).clone();
            heard[i].iter().all(|one| {
                let at = left.iter().position(|other| other == one);
                at.map(|at| left.swap_remove(at)).is_some()
            })
        };
        let sizes: Vec<usize> = shown.iter().filter(fits).map(Vec::len).collect();
        Place {
            before: sizes.iter().filter(|&&size| size < own).count(),
            equal: sizes.iter().filter(|&&size| size == own).count(),
        }
    }

    /// Means over the orders of equals.
    fn expected(places: &[Place]) -> Found {
        let mean = |value: &dyn Fn(&Place) -> f32| {
            places.iter().map(value).sum::<f32>() / places.len().max(1) as f32
        };
        let recall =
            |k: usize| mean(&|place| (k.saturating_sub(place.before) as f32 / place.equal as f32).min(1.0));
        let mrr = mean(&|Place { before, equal }| {
            let ranks = before + 1..=before + equal;
            ranks.map(|rank| 1.0 / rank as f32).sum::<f32>() / *equal as f32
        });
        Found { recall_1: recall(1), recall_5: recall(5), recall_10: recall(10), mrr }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_guessed_among_and_what_shows_less_comes_first() {
        let one = (Shape::Circle, Size::Small, Texture::Solid);
        let other = (Shape::Star, Size::Large, Texture::Dotted);
        let shown = [vec![one], vec![one, other], vec![other], vec![one]];
        let heard = [vec![one], vec![one], vec![other], vec![]];
        let place = |i: usize| {
            let Place { before, equal } = Place::of(i, &heard, &shown);
            (before, equal)
        };
        assert_eq!([0, 1, 2, 3].map(place), [(0, 2), (2, 1), (0, 1), (0, 3)]);
        let found = Place::expected(&[Place { before: 0, equal: 2 }, Place { before: 2, equal: 1 }]);
        assert_eq!((found.recall_1, found.recall_5), (0.25, 1.0));
        assert!((found.mrr - (0.75 + 1.0 / 3.0) / 2.0).abs() < 1e-6);
    }
}
