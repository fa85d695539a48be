//! What the cells of a picture show, as labels: the image encoder learns to see by them before it learns to read, as
//! ALBEF's was trained on the labels of ImageNet (Li et al. 2021, section 3.1).

use super::labels::{self, Label};
use crate::model::playroom::Config;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use crate::world::render::{PIXELS, Picture};
use crate::world::{Mask, Scene};

/// Cells on a side of the labels' grid: that of the image encoder.
pub(super) const GRID: usize = 8;
const CELL: usize = PIXELS / GRID;

/// Least share of a cell's pixels that an object must cover for the cell to show it.
const COVERED: f32 = 1.0 / 8.0;

/// Weight of the label "nothing", which three cells in four bear.
const NOTHING: f32 = 0.3;

/// The weights that only the labels need; a shipped model goes without them.
pub const HEAD: &str = "cells";

/// Inputs `cells.*` for `[B*64]` cells. Their number counts the objects in reading order from 1, 0 is nothing.
pub fn labels(scenes: &[Scene], pictures: &[Picture]) -> Vec<(String, HostTensor)> {
    let mut all = Vec::with_capacity(scenes.len() * GRID * GRID);
    for (scene, picture) in scenes.iter().zip(pictures) {
        let order = scene.reading_order();
        let rank = |object| order.iter().position(|&other| other == object).expect("all are ordered");
        all.extend(shown(&picture.masks).into_iter().map(|shown| match shown {
            Some(i) => Label { number: 1 + rank(i), weight: 1.0, object: Some(scene.objects[i]) },
            None => Label { weight: NOTHING, ..Label::default() },
        }));
    }
    labels::inputs(HEAD, &all)
}

/// For each cell the object that covers most of it, if it covers enough.
fn shown(masks: &[Mask]) -> Vec<Option<usize>> {
    let coverage: Vec<Vec<u32>> = masks.iter().map(|mask| mask.coverage(GRID)).collect();
    let most = |cell: usize| (0..masks.len()).max_by_key(|&object| coverage[object][cell]);
    let enough = |cell: usize, object: usize| coverage[object][cell] as f32 >= COVERED * (CELL * CELL) as f32;
    (0..GRID * GRID).map(|cell| most(cell).filter(|&object| enough(cell, object))).collect()
}

/// Mean cross-entropy of the labels given the image tokens `[B, G*G, D]`.
pub fn loss(b: &mut PlanBuilder, config: &Config, image: SlotId) -> SlotId {
    assert_eq!(config.grid(), GRID, "labels are made for {GRID}x{GRID} cells");
    let [batch, cells, width] = b.shape(image)[..] else { panic!("image tokens are [B, G*G, D]") };
    let states = b.reshape(image, [batch * cells, width]);
    labels::loss(b, HEAD, HEAD, states)
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
        let (rank, colour) = (find("cells.number.targets").as_u32(), find("cells.colour.targets").as_u32());
        let mut named = 0;
        for (s, (scene, picture)) in scenes.iter().zip(&pictures).enumerate() {
            for cell in 0..GRID * GRID {
                let at = s * GRID * GRID + cell;
                let Some(place) = (rank[at] as usize).checked_sub(1) else { continue };
                let object = scene.reading_order()[place];
                let inside = (0..CELL * CELL).filter(|p| {
                    picture.masks[object]
                        .contains(cell % GRID * CELL + p % CELL, cell / GRID * CELL + p / CELL)
                });
                assert!(inside.count() >= 8);
                assert_eq!(colour[at], scene.objects[object].colour as u32);
                named += 1;
            }
        }
        assert!(named > 500, "{named}");
    }
}
