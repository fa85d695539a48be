//! What keeps the splits apart.
//!
//! A scene belongs to `train`, `val` or `test` by a hash of its own content: the attributes and cells of its
//! objects, which is all that its full caption says. Whatever the seed, no scene of one split can say what
//! one of another says.

use super::attributes::{Colour, Shape};
use super::scene::Scene;
use super::split::Split;
use crate::order;
use crate::rng::mix;

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
pub fn split_of(scene: &Scene) -> Split {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn held_out_pairs_take_every_colour_and_every_shape_once() {
        let shapes: HashSet<Shape> = (0..8).map(|i| held_out_pair(i).1).collect();
        assert_eq!(shapes.len(), 8);
        let count =
            Colour::ALL.iter().flat_map(|&c| Shape::ALL.map(|s| held_out(c, s))).filter(|&h| h).count();
        assert_eq!(count, 8);
    }
}
