//! What the cells of a picture show, as labels: the image encoder learns to see by them before it learns to read, as
//! ALBEF's was trained on the labels of ImageNet (Li et al. 2021, section 3.1).

use crate::model::playroom::Config;
use crate::nn::linear;
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::scale::scale;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::render::{PIXELS, Picture};
use crate::world::scene::MAX_OBJECTS;
use crate::world::{Attribute, Colour, Kind, Mask, Place, Scene, Shape, Size, Texture};

/// Cells on a side of the labels' grid: that of the image encoder.
const GRID: usize = 8;
const CELL: usize = PIXELS / GRID;

/// Least share of a cell's pixels that an object must cover for the cell to show it.
const COVERED: f32 = 1.0 / 8.0;

/// Weight of the label "nothing", which three cells in four bear.
const NOTHING: f32 = 0.3;

/// Label of a cell and the number of its values. `rank` counts the objects in reading order from 1, 0 is nothing.
const LABELS: [(&str, usize); 6] = [
    ("rank", MAX_OBJECTS + 1),
    ("size", Size::ALL.len()),
    ("texture", Texture::ALL.len()),
    ("colour", Colour::ALL.len()),
    ("shape", Shape::ALL.len()),
    ("place", Place::ALL.len()),
];

/// Prefix of the weights that only the labels need; a shipped model goes without them.
pub const PREFIX: &str = "cells.";

/// Inputs `cells.<label>.targets` (u32 `[B*64]`) and `.weights` (`[B*64]`).
pub fn labels(scenes: &[Scene], pictures: &[Picture]) -> Vec<(String, HostTensor)> {
    let mut targets = vec![Vec::new(); LABELS.len()];
    let mut weights = vec![Vec::new(); LABELS.len()];
    for (scene, picture) in scenes.iter().zip(pictures) {
        let order = scene.reading_order();
        for shown in shown(&picture.masks) {
            let rank = shown.map_or(0, |i| 1 + order.iter().position(|&o| o == i).expect("all are ordered"));
            targets[0].push(rank as u32);
            weights[0].push(if shown.is_some() { 1.0 } else { NOTHING });
            for (label, kind) in Kind::ALL.into_iter().enumerate() {
                let value = shown.map_or(0, |i| index(scene.objects[i].attribute(kind)));
                targets[label + 1].push(value);
                weights[label + 1].push(f32::from(u8::from(shown.is_some())));
            }
        }
    }
    let count = scenes.len() * GRID * GRID;
    let name = |label: usize, part: &str| format!("cells.{}.{part}", LABELS[label].0);
    let targets = targets.into_iter().enumerate();
    let targets = targets.map(|(l, values)| (name(l, "targets"), HostTensor::u32([count], values)));
    let weights = weights.into_iter().enumerate();
    let weights = weights.map(|(l, values)| (name(l, "weights"), HostTensor::f32([count], values)));
    targets.chain(weights).collect()
}

/// For each cell the object that covers most of it, if it covers enough.
fn shown(masks: &[Mask]) -> Vec<Option<usize>> {
    let coverage: Vec<Vec<u32>> = masks.iter().map(|mask| mask.coverage(GRID)).collect();
    let most = |cell: usize| (0..masks.len()).max_by_key(|&object| coverage[object][cell]);
    let enough = |cell: usize, object: usize| coverage[object][cell] as f32 >= COVERED * (CELL * CELL) as f32;
    (0..GRID * GRID).map(|cell| most(cell).filter(|&object| enough(cell, object))).collect()
}

fn index(value: Attribute) -> u32 {
    match value {
        Attribute::Size(value) => value as u32,
        Attribute::Texture(value) => value as u32,
        Attribute::Colour(value) => value as u32,
        Attribute::Shape(value) => value as u32,
        Attribute::Place(value) => value as u32,
    }
}

/// Mean cross-entropy over the labels, linear in the image tokens `[B, G*G, D]`.
pub fn loss(b: &mut PlanBuilder, config: &Config, image: SlotId) -> SlotId {
    assert_eq!(config.grid(), GRID, "labels are made for {GRID}x{GRID} cells");
    let [batch, cells, width] = b.shape(image)[..] else { panic!("image tokens are [B, G*G, D]") };
    let rows = batch * cells;
    let flat = b.reshape(image, [rows, width]);
    let logits = linear(b, "cells", flat, LABELS.iter().map(|(_, values)| values).sum(), None);
    let (mut start, mut total) = (0, None);
    for (label, values) in LABELS {
        let targets = b.input(&format!("cells.{label}.targets"), [rows], U32);
        let weights = b.input(&format!("cells.{label}.weights"), [rows], F32);
        let own = slice(b, logits, 1, start, values);
        let part = cross_entropy(b, own, targets, weights);
        total = Some(total.map_or(part, |sum| add(b, sum, part)));
        start += values;
    }
    scale(b, total.expect("there are labels"), 1.0 / LABELS.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Split, render, splits};

    #[test]
    fn labels_agree_with_the_masks() {
        let scenes: Vec<Scene> = (0..50).map(|i| splits::scene(Split::Train, 3, i)).collect();
        let pictures: Vec<Picture> = scenes.iter().map(render).collect();
        let labels = labels(&scenes, &pictures);
        let find = |name: &str| &labels.iter().find(|(n, _)| n == name).expect("the label exists").1;
        let (rank, colour) = (find("cells.rank.targets").as_u32(), find("cells.colour.targets").as_u32());
        let mut named = 0;
        for (s, (scene, picture)) in scenes.iter().zip(&pictures).enumerate() {
            for cell in 0..GRID * GRID {
                let at = s * GRID * GRID + cell;
                let Some(place) = (rank[at] as usize).checked_sub(1) else { continue };
                let object = scene.reading_order()[place];
                let inside = (0..CELL * CELL).filter(|p| {
                    picture.masks[object].contains(cell % GRID * CELL + p % CELL, cell / GRID * CELL + p / CELL)
                });
                assert!(inside.count() >= 8);
                assert_eq!(colour[at], scene.objects[object].colour as u32);
                named += 1;
            }
        }
        assert!(named > 500, "{named}");
    }
}
