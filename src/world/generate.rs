//! Drawing a scene: attributes, cells and positions.

use super::attributes::{Colour, Place, Shape, Size, Texture};
use super::partition::{held_out, held_out_pair};
use super::rng::Rng;
use super::scene::{Background, MAX_TILT, Object, SIDE, Scene};
use std::ops::RangeInclusive;

/// Least distance of a centre from the border of its cell, in quarter pixels.
const CELL_MARGIN: i16 = 8;

/// Least distance of an object's nominal circle from the border of the picture, in quarter pixels: corners
/// reach out of the circle by up to a quarter of its radius.
const fn picture_margin(size: Size) -> i16 {
    2 + size.radius() / 4
}

/// Which (colour, shape) pairs a scene may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// None of the held-out pairs.
    Known,
    /// At least one of the held-out pairs.
    HeldOut,
}

/// A scene of `objects` many objects; background and noise are drawn from `picture`.
pub(super) fn draw(rng: &mut Rng, picture: &mut Rng, objects: RangeInclusive<usize>, pairs: Pairs) -> Scene {
    let count = objects.start() + rng.below(objects.end() - objects.start() + 1);
    let mut objects = attributes(rng, count, pairs);
    while !arrange(rng, &mut objects) {}
    let background = picture.pick(&Background::ALL);
    Scene { objects, background, noise: picture.next_u64() as u16 }
}

/// `count` objects, no two alike, still without positions. Half of the scenes draw from two or three colours
/// only, and independently half from two or three shapes, so that counting and same-colour questions have
/// something to ask.
fn attributes(rng: &mut Rng, count: usize, pairs: Pairs) -> Vec<Object> {
    let colours = pool(rng, Colour::ALL);
    let shapes = pool(rng, Shape::ALL);
    let forced = (pairs == Pairs::HeldOut).then(|| rng.below(count));
    let mut objects: Vec<Object> = Vec::with_capacity(count);
    while objects.len() < count {
        let mut object = Object {
            shape: rng.pick(&shapes),
            colour: rng.pick(&colours),
            size: rng.pick(&Size::ALL),
            texture: rng.pick(&Texture::ALL),
            x: 0,
            y: 0,
            tilt: rng.between(-i16::from(MAX_TILT), i16::from(MAX_TILT)) as i8,
        };
        if forced == Some(objects.len()) {
            (object.colour, object.shape) = held_out_pair(rng.below(Colour::ALL.len()));
        }
        let allowed = pairs == Pairs::HeldOut || !held_out(object.colour, object.shape);
        if allowed && !objects.iter().any(|other| other.looks_like(&object)) {
            objects.push(object);
        }
    }
    objects
}

fn pool<T: Copy, const N: usize>(rng: &mut Rng, mut all: [T; N]) -> Vec<T> {
    rng.shuffle(&mut all);
    let keep = if rng.one_in(2) { N } else { 2 + rng.below(2) };
    all[..keep].to_vec()
}

/// Gives every object a cell of its own and a place in it; false when the draw crowded them.
fn arrange(rng: &mut Rng, objects: &mut [Object]) -> bool {
    let mut cells = Place::ALL;
    rng.shuffle(&mut cells);
    for i in 0..objects.len() {
        let placed = (0..8).any(|_| {
            put(rng, &mut objects[i], cells[i]);
            objects[..i].iter().all(|other| apart(other, &objects[i]))
        });
        if !placed {
            return false;
        }
    }
    true
}

/// Moves an object to a uniformly drawn position inside a cell.
pub(super) fn put(rng: &mut Rng, object: &mut Object, place: Place) {
    let cell = place as i16;
    let (columns, rows) = (centres(object.size, cell % 3), centres(object.size, cell / 3));
    object.x = rng.between(*columns.start(), *columns.end());
    object.y = rng.between(*rows.start(), *rows.end());
}

/// Where the centre of an object may lie along one axis when it stands in the given third.
fn centres(size: Size, third: i16) -> RangeInclusive<i16> {
    let border = size.radius() + picture_margin(size);
    let (start, end) = ((SIDE * third + 2) / 3, SIDE * (third + 1) / 3);
    (start + CELL_MARGIN).max(border)..=(end - CELL_MARGIN).min(SIDE - border)
}

/// Whether two objects overlap lightly at most: their centres are at least 0.9 of the summed radii apart.
fn apart(a: &Object, b: &Object) -> bool {
    let (dx, dy) = (i32::from(a.x) - i32::from(b.x), i32::from(a.y) - i32::from(b.y));
    let reach = i32::from(a.size.radius() + b.size.radius());
    100 * (dx * dx + dy * dy) >= 81 * reach * reach
}

/// Whether a scene could have been drawn: no two objects alike, each in a cell of its own, well inside, none
/// crowded.
pub(super) fn is_tidy(scene: &Scene) -> bool {
    let objects = &scene.objects;
    let inside = |object: &Object| {
        let cell = object.place() as i16;
        centres(object.size, cell % 3).contains(&object.x)
            && centres(object.size, cell / 3).contains(&object.y)
    };
    let compatible = |a: &Object, b: &Object| a.place() != b.place() && !a.looks_like(b) && apart(a, b);
    objects.iter().all(inside)
        && objects.iter().enumerate().all(|(i, a)| objects[..i].iter().all(|b| compatible(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::split::Split;
    use crate::world::splits::scene;

    #[test]
    fn generated_scenes_are_tidy_and_checked() {
        for index in 0..5_000 {
            for split in [Split::Train, Split::Test, Split::Compose, Split::Swap] {
                let scene = scene(split, 5, index);
                assert!(is_tidy(&scene), "{scene:?}");
                assert_eq!(scene.check(), Ok(()));
            }
        }
    }

    #[test]
    fn every_value_occurs_about_as_often() {
        let mut places = [0_usize; 9];
        let mut colours = [0_usize; 8];
        let mut shapes = [0_usize; 8];
        let mut counts = [0_usize; 5];
        for index in 0..10_000 {
            let scene = scene(Split::Train, 9, index);
            counts[scene.objects.len() - 1] += 1;
            for object in &scene.objects {
                places[object.place() as usize] += 1;
                colours[object.colour as usize] += 1;
                shapes[object.shape as usize] += 1;
            }
        }
        let spread =
            |counts: &[usize]| *counts.iter().max().unwrap() as f64 / *counts.iter().min().unwrap() as f64;
        assert!(spread(&places) < 1.15, "{places:?}");
        assert!(spread(&colours) < 1.15, "{colours:?}");
        assert!(spread(&shapes) < 1.15, "{shapes:?}");
        assert!(spread(&counts) < 1.15, "{counts:?}");
    }

    #[test]
    fn crowding_is_refused() {
        let mut scene = scene(Split::Train, 1, 0);
        let twin = scene.objects[0];
        scene.objects = vec![twin, twin];
        assert!(!is_tidy(&scene));
    }
}
