//! What the losses of pre-training are fed with.

use std::rc::Rc;

use super::{Objective, decoder};
use crate::infer::pixel_values;
use crate::lab::contrast::data::{Pair, pixels, texts};
use crate::lab::contrast::vocabulary::{COVERED, Vocabulary};
use crate::lab::picture::SIDE;
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;
use crate::world::Rng;

/// Words that are covered in each caption: all of the shortest.
pub(super) const COVERED_WORDS: usize = 8;

/// Patches of a picture along a side, and in all.
const GRID: usize = 4;
pub(super) const PATCHES: usize = GRID * GRID;

/// Patches that are covered.
const COVERED_PATCHES: usize = 6;

/// Side of the coarse picture that is reconstructed, and its numbers.
const COARSE_GRID: usize = 8;
pub(super) const COARSE: usize = 3 * COARSE_GRID * COARSE_GRID;

/// The byte that stands for no light and no dark, 0 among pixel values.
const GREY: u8 = 127;

/// Inputs of [`super::losses::loss`]; `rng` chooses what is covered.
pub(super) fn inputs(
    objective: Objective,
    pairs: &[Rc<Pair>],
    vocabulary: &Vocabulary,
    rng: &mut Rng,
) -> Inputs {
    let parts = objective.parts();
    let own = pairs.iter().map(|pair| &pair.ids[..]);
    let wrong = (0..pairs.len()).filter(|_| parts.contains(&Objective::Matching)).map(|i| other(pairs, i));
    let mut inputs = texts(own.chain(wrong));
    inputs.push(pixels(pairs));
    for part in parts {
        inputs.extend(match part {
            Objective::Matching => matching(pairs.len()),
            Objective::Masked => covered(pairs, rng),
            Objective::Captioning => decoder::rows(pairs),
            Objective::Reconstruction => reconstruction(pairs, vocabulary),
            _ => contrastive(pairs.len()),
        });
    }
    inputs
}

/// A caption that picture `i` does not have: another picture's, and once in four its own with one word exchanged.
fn other(pairs: &[Rc<Pair>], i: usize) -> &[u32] {
    if i.is_multiple_of(4) { &pairs[i].altered_ids } else { &pairs[(i + 1) % pairs.len()].ids }
}

fn named(name: &str, tensor: HostTensor) -> (String, HostTensor) {
    (name.to_string(), tensor)
}

/// Inputs `targets` and `weights` of InfoNCE over `count` pairs.
pub(super) fn contrastive(count: usize) -> Inputs {
    vec![
        named("targets", HostTensor::u32([count], (0..count as u32).collect())),
        named("weights", HostTensor::f32([count], vec![1.0; count])),
    ]
}

fn matching(count: usize) -> Inputs {
    let targets = (0..2 * count).map(|i| u32::from(i >= count)).collect();
    vec![
        named("matching.targets", HostTensor::u32([2 * count], targets)),
        named("matching.weights", HostTensor::f32([2 * count], vec![1.0; 2 * count])),
    ]
}

fn covered(pairs: &[Rc<Pair>], rng: &mut Rng) -> Inputs {
    let (mut rows, mut places, mut words) = (Vec::new(), Vec::new(), Vec::new());
    let (mut pictures, mut colours, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        let mut row = pair.ids.clone();
        for place in some(row.len(), COVERED_WORDS, rng) {
            places.push(place as u32);
            words.push(std::mem::replace(&mut row[place], COVERED));
        }
        rows.push(row);
        let mut picture = pair.picture.clone();
        let patches = some(PATCHES, COVERED_PATCHES, rng);
        patches.iter().for_each(|patch| cover(&mut picture, *patch));
        pictures.push(picture);
        colours.extend(means(&pair.picture, GRID));
        let weight = PATCHES as f32 / COVERED_PATCHES as f32;
        weights.extend((0..3 * PATCHES).map(|k| if patches.contains(&(k / 3)) { weight } else { 0.0 }));
    }
    let count = pairs.len();
    let mut inputs = texts(rows.iter().map(|row| &row[..]));
    inputs.iter_mut().for_each(|(name, _)| name.insert_str(0, "covered."));
    inputs.extend([
        named("covered.pixels", pixel_values(pictures.iter().map(|picture| &picture[..]), SIDE)),
        named("covered.places", HostTensor::u32([count, COVERED_WORDS], places)),
        named("covered.words.weights", HostTensor::f32([words.len()], vec![1.0; words.len()])),
        named("covered.words", HostTensor::u32([words.len()], words)),
        named("covered.colours", HostTensor::f32([count, 3 * PATCHES], colours)),
        named("covered.colours.weights", HostTensor::f32([count, 3 * PATCHES], weights)),
    ]);
    inputs
}

/// `count` of `0..of`, no two alike.
fn some(of: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..of).collect();
    rng.shuffle(&mut all);
    all.truncate(count);
    all
}

fn cover(picture: &mut [u8], patch: usize) {
    const WIDTH: usize = SIDE / GRID;
    for y in patch / GRID * WIDTH..(patch / GRID + 1) * WIDTH {
        let start = (y * SIDE + patch % GRID * WIDTH) * 3;
        picture[start..start + 3 * WIDTH].fill(GREY);
    }
}

/// Mean pixel values in `[-1, 1]` of the cells of a `grid x grid` raster, `[grid, grid, 3]`.
fn means(picture: &[u8], grid: usize) -> Vec<f32> {
    let width = SIDE / grid;
    let mut sums = vec![0u32; 3 * grid * grid];
    for (at, byte) in picture.iter().enumerate() {
        let (x, y) = (at / 3 % SIDE / width, at / 3 / SIDE / width);
        sums[(y * grid + x) * 3 + at % 3] += u32::from(*byte);
    }
    sums.into_iter().map(|sum| sum as f32 / (width * width) as f32 / 127.5 - 1.0).collect()
}

fn reconstruction(pairs: &[Rc<Pair>], vocabulary: &Vocabulary) -> Inputs {
    let coarse = pairs.iter().flat_map(|pair| means(&pair.picture, COARSE_GRID)).collect();
    let size = vocabulary.size();
    let absent = |pair: &Rc<Pair>| {
        let mut absent = vec![1u32; size];
        pair.ids.iter().for_each(|id| absent[*id as usize] = 0);
        absent
    };
    let count = pairs.len() * size;
    let weights = (0..count).map(|k| f32::from(u8::from(vocabulary.is_content((k % size) as u32))));
    vec![
        named("coarse", HostTensor::f32([pairs.len(), COARSE], coarse)),
        named("bag.targets", HostTensor::u32([count], pairs.iter().flat_map(absent).collect())),
        named("bag.weights", HostTensor::f32([count], weights.collect())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::data::Pool;

    #[test]
    fn what_is_covered_is_asked_for() {
        let mut pool = Pool::new(super::super::OBJECTS);
        let pairs: Vec<_> = (0..3).map(|number| pool.get(number)).collect();
        let inputs = covered(&pairs, &mut Rng::from_seed(1));
        let find = |name: &str| &inputs.iter().find(|(other, _)| other == name).expect("an input").1;
        let row = find("covered.ids").shape.last();
        for k in 0..3 * COVERED_WORDS {
            let (pair, place) = (k / COVERED_WORDS, find("covered.places").as_u32()[k] as usize);
            assert_eq!(find("covered.ids").as_u32()[pair * row + place], COVERED);
            assert_eq!(find("covered.words").as_u32()[k], pairs[pair].ids[place]);
        }
        let weights = find("covered.colours.weights").as_f32();
        assert_eq!(weights.iter().filter(|weight| **weight > 0.0).count(), 3 * 3 * COVERED_PATCHES);
    }

    #[test]
    fn means_are_those_of_their_cell() {
        let mut picture = vec![0; SIDE * SIDE * 3];
        cover(&mut picture, 5);
        let means = means(&picture, GRID);
        assert_eq!(means.iter().filter(|mean| **mean > -0.5).count(), 3);
        assert!((means[15] - (127.0 / 127.5 - 1.0)).abs() < 1e-6);
    }
}
