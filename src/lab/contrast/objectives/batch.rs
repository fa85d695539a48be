//! What the losses of pre-training are fed with.

use std::rc::Rc;

use super::{Objective, decoder};
use crate::infer::pixel_values;
use crate::lab::contrast::data::{Pair, numbers, others, pixels, texts};
use crate::lab::contrast::partner::Partner;
use crate::lab::contrast::towers::Reading;
use crate::lab::contrast::vocabulary::COVERED;
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
pub const COARSE_GRID: usize = 8;
pub(super) const COARSE: usize = 3 * COARSE_GRID * COARSE_GRID;

/// The byte that stands for no light and no dark, 0 among pixel values.
const GREY: u8 = 127;

/// Inputs of [`super::losses::loss`]; `rng` chooses what is covered.
pub(super) fn inputs(objective: Objective, pairs: &[Rc<Pair>], reading: Reading, rng: &mut Rng) -> Inputs {
    let parts = objective.parts(reading.partner);
    let mut inputs = match parts.contains(&Objective::Matching) {
        true => with_wrong(pairs, reading),
        false => others(reading, pairs),
    };
    inputs.push(pixels(pairs));
    for part in parts {
        inputs.extend(match part {
            Objective::Matching => matching(pairs.len()),
            Objective::Masked => covered(pairs, reading, rng),
            Objective::Captioning => decoder::rows(pairs),
            Objective::Reconstruction => reconstruction(pairs, reading),
            _ => contrastive(pairs.len()),
        });
    }
    inputs
}

/// The partners of all pictures, then for each one that it does not have.
fn with_wrong(pairs: &[Rc<Pair>], reading: Reading) -> Inputs {
    match reading.partner {
        Partner::Words => {
            let own = pairs.iter().map(|pair| &pair.ids[..]);
            texts(own.chain((0..pairs.len()).map(|i| other(pairs, i))))
        }
        _ => {
            let wrong = (0..pairs.len()).map(|i| pairs[(i + 1) % pairs.len()].clone());
            others(reading, &pairs.iter().cloned().chain(wrong).collect::<Vec<_>>())
        }
    }
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

fn covered(pairs: &[Rc<Pair>], reading: Reading, rng: &mut Rng) -> Inputs {
    let parts = reading.partner.parts();
    let mut choose = |pair: &Rc<Pair>| {
        let hidden = match reading.partner {
            Partner::Words => some(pair.ids.len(), COVERED_WORDS, rng),
            _ => {
                let is_known = |part: &usize| pair.numbers.known[parts[*part][0]];
                let known: Vec<usize> = (0..parts.len()).filter(is_known).collect();
                some(known.len(), (known.len() * COVERED_PATCHES / PATCHES).max(1), rng)
                    .into_iter()
                    .map(|at| known[at])
                    .collect()
            }
        };
        (hidden, some(PATCHES, COVERED_PATCHES, rng))
    };
    let (hidden, patches): (Vec<_>, Vec<_>) = pairs.iter().map(&mut choose).unzip();
    let mut inputs = match reading.partner {
        Partner::Words => covered_words(pairs, &hidden),
        _ => covered_numbers(pairs, &parts, &hidden),
    };
    inputs.extend(covered_patches(pairs, &patches));
    inputs
}

fn covered_words(pairs: &[Rc<Pair>], hidden: &[Vec<usize>]) -> Inputs {
    let (mut rows, mut words) = (Vec::new(), Vec::new());
    for (pair, places) in pairs.iter().zip(hidden) {
        let mut row = pair.ids.clone();
        words.extend(places.iter().map(|place| std::mem::replace(&mut row[*place], COVERED)));
        rows.push(row);
    }
    let places = hidden.iter().flatten().map(|place| *place as u32).collect();
    let mut inputs = texts(rows.iter().map(|row| &row[..]));
    inputs.iter_mut().for_each(|(name, _)| name.insert_str(0, "covered."));
    inputs.extend([
        named("covered.places", HostTensor::u32([pairs.len(), COVERED_WORDS], places)),
        named("covered.words.weights", HostTensor::f32([words.len()], vec![1.0; words.len()])),
        named("covered.words", HostTensor::u32([words.len()], words)),
    ]);
    inputs
}

/// What is covered is not known to the encoder, and asked for.
fn covered_numbers(pairs: &[Rc<Pair>], parts: &[Vec<usize>], hidden: &[Vec<usize>]) -> Inputs {
    let mut visible: Vec<Vec<bool>> = pairs.iter().map(|pair| pair.numbers.known.clone()).collect();
    let mut asked: Vec<Vec<bool>> = pairs.iter().map(|pair| vec![false; pair.numbers.known.len()]).collect();
    for (at, hidden) in hidden.iter().enumerate() {
        for &place in hidden.iter().flat_map(|part| &parts[*part]) {
            (visible[at][place], asked[at][place]) = (false, true);
        }
    }
    let rows = pairs.iter().zip(&visible).map(|(pair, visible)| (&pair.numbers.values[..], &visible[..]));
    let (name, told) = numbers(rows);
    let mut inputs = vec![(format!("covered.{name}"), told)];
    inputs.extend(targets("covered.others", pairs, asked.iter().map(|asked| &asked[..])));
    inputs
}

/// Inputs `name`, the numbers `[N, K]`, and `name.weights`, whose mean is 1 over each pair's numbers and which are 0 where they
/// are not asked for.
fn targets<'a>(name: &str, pairs: &[Rc<Pair>], asked: impl Iterator<Item = &'a [bool]>) -> Inputs {
    let (mut values, mut weights) = (Vec::new(), Vec::new());
    for (pair, asked) in pairs.iter().zip(asked) {
        values.extend(&pair.numbers.values);
        let count = asked.iter().filter(|asked| **asked).count().max(1);
        let weight = asked.len() as f32 / count as f32;
        weights.extend(asked.iter().map(|asked| if *asked { weight } else { 0.0 }));
    }
    let shape = [pairs.len(), values.len() / pairs.len()];
    vec![
        named(name, HostTensor::f32(shape, values)),
        named(&format!("{name}.weights"), HostTensor::f32(shape, weights)),
    ]
}

fn covered_patches(pairs: &[Rc<Pair>], patches: &[Vec<usize>]) -> Inputs {
    let (mut pictures, mut colours, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (pair, patches) in pairs.iter().zip(patches) {
        let mut picture = pair.picture.clone();
        patches.iter().for_each(|patch| cover(&mut picture, *patch));
        pictures.push(picture);
        colours.extend(means(&pair.picture, GRID));
        let weight = PATCHES as f32 / COVERED_PATCHES as f32;
        weights.extend((0..3 * PATCHES).map(|k| if patches.contains(&(k / 3)) { weight } else { 0.0 }));
    }
    let count = pairs.len();
    vec![
        named("covered.pixels", pixel_values(pictures.iter().map(|picture| &picture[..]), SIDE)),
        named("covered.colours", HostTensor::f32([count, 3 * PATCHES], colours)),
        named("covered.colours.weights", HostTensor::f32([count, 3 * PATCHES], weights)),
    ]
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

/// The coarse picture, `[COARSE_GRID, COARSE_GRID, 3]`.
pub(super) fn coarse(pair: &Pair) -> Vec<f32> {
    means(&pair.picture, COARSE_GRID)
}

fn reconstruction(pairs: &[Rc<Pair>], reading: Reading) -> Inputs {
    let coarse = pairs.iter().flat_map(|pair| coarse(pair)).collect();
    let mut inputs = vec![named("coarse", HostTensor::f32([pairs.len(), COARSE], coarse))];
    match reading.partner {
        Partner::Words => {
            let all = || pairs.iter().map(|pair| &pair.numbers);
            let absent: Vec<u32> =
                all().flat_map(|bag| bag.values.iter().map(|there| u32::from(*there == 0.0))).collect();
            let weights = all().flat_map(|bag| bag.known.iter().map(|known| f32::from(u8::from(*known))));
            inputs.push(named("bag.weights", HostTensor::f32([absent.len()], weights.collect())));
            inputs.push(named("bag.targets", HostTensor::u32([absent.len()], absent)));
        }
        _ => inputs.extend(targets("others", pairs, pairs.iter().map(|pair| &pair.numbers.known[..]))),
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::data::Pool;
    use crate::lab::contrast::partner::OBJECTS;
    use strum::VariantArray;

    #[test]
    fn what_is_covered_is_asked_for() {
        let mut pool = Pool::new(OBJECTS, Partner::Words);
        let pairs: Vec<_> = (0..3).map(|number| pool.get(number)).collect();
        let inputs = covered(&pairs, pool.reading(), &mut Rng::from_seed(1));
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
    fn a_covered_number_is_not_shown_and_weighs() {
        for &partner in &Partner::VARIANTS[1..] {
            let mut pool = Pool::new(OBJECTS, partner);
            let pairs: Vec<_> = (0..5).map(|number| pool.get(number)).collect();
            let inputs = covered(&pairs, pool.reading(), &mut Rng::from_seed(1));
            let find = |name: &str| &inputs.iter().find(|(other, _)| other == name).expect("an input").1;
            let (shown, weights) = (find("covered.numbers"), find("covered.others.weights"));
            let count = weights.shape.last();
            let rows = shown.as_f32().chunks(2 * count).zip(weights.as_f32().chunks(count));
            for (pair, (shown, weights)) in pairs.iter().zip(rows) {
                assert!((weights.iter().sum::<f32>() / count as f32 - 1.0).abs() < 1e-5, "{partner:?}");
                for (k, weight) in weights.iter().enumerate() {
                    let is_shown = pair.numbers.known[k] && *weight == 0.0;
                    assert_eq!(shown[count + k] == 1.0, is_shown, "{partner:?}");
                    assert_eq!(shown[k], if is_shown { pair.numbers.values[k] } else { 0.0 });
                    assert!(pair.numbers.known[k] || *weight == 0.0, "what is not known is not asked for");
                }
            }
        }
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
