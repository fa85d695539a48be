//! Hits in a video: as in CenterNet, the cell and frame nearest to each hit is right, and what is near to it counts less as wrong.

use super::clips;
use crate::infer::audiovisual::events_inputs;
use crate::infer::modality::Inputs;
use crate::infer::pixels;
use crate::model::audiovisual::Config;
use crate::model::audiovisual::events::{GRID, Outputs, emit};
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::scale::scale;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::motion::{FRAMES, TICKS_PER_FRAME};
use crate::world::scene::SIDE;
use crate::world::{Clip, Rng};

/// How much the mean over all cells without a hit weighs beside the mean over those with one: hits are rare.
const NOTHING: f32 = 30.0;

/// Deviation, in cells and in frames, of what counts as near.
const NEAR: f32 = 0.6;

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let rows = count * FRAMES * GRID * GRID;
    let Outputs { logits, .. } = emit(b, config, count);
    let losses = [("nothing", NOTHING), ("hit", 1.0)].map(|(name, factor)| {
        let classes = b.input(&format!("{name}_classes"), [rows], U32);
        let weights = b.input(&format!("{name}_weights"), [rows], F32);
        let loss = cross_entropy(b, logits, classes, weights);
        b.name(loss, &format!("loss.{name}"));
        scale(b, loss, factor)
    });
    add(b, losses[0], losses[1])
}

pub(super) fn batch(seed: u64, mut rng: Rng, count: usize) -> Inputs {
    let clips: Vec<Clip> = clips(seed, &mut rng).take(count).collect();
    let videos: Vec<_> = clips.iter().map(|clip| clip.frames().map(pixels).collect()).collect();
    let mut inputs = events_inputs(&videos);
    let (nothing, hit): (Vec<f32>, Vec<f32>) = clips.iter().flat_map(weights).unzip();
    for (class, (name, weights)) in [("nothing", nothing), ("hit", hit)].into_iter().enumerate() {
        let rows = weights.len();
        inputs.push((format!("{name}_classes"), HostTensor::u32([rows], vec![class as u32; rows])));
        inputs.push((format!("{name}_weights"), HostTensor::f32([rows], weights)));
    }
    inputs
}

/// How much each cell of each frame counts as one without a hit, and as one with it, `[F * P]`.
fn weights(clip: &Clip) -> Vec<(f32, f32)> {
    let mut weights = vec![(1.0_f32, 0.0_f32); FRAMES * GRID * GRID];
    for collision in &clip.motion.collisions {
        let moment = collision.tick as f32 / TICKS_PER_FRAME as f32;
        for object in collision.objects() {
            let [x, y] = clip.motion.place(object, collision.tick);
            // The centre of a cell is half a cell from its edge.
            let at = [x, y].map(|along| along * GRID as f32 / f32::from(SIDE) - 0.5);
            let nearness = |index: usize| {
                let (frame, y, x) = (index / (GRID * GRID), index / GRID % GRID, index % GRID);
                let apart = [frame as f32 - moment, x as f32 - at[0], y as f32 - at[1]];
                (-apart.iter().map(|d| d * d).sum::<f32>() / (2.0 * NEAR * NEAR)).exp()
            };
            let nearest = (0..weights.len())
                .max_by(|&a, &b| nearness(a).total_cmp(&nearness(b)))
                .expect("there are cells");
            let scale = 1.0 / nearness(nearest);
            for (index, (nothing, _)) in weights.iter_mut().enumerate() {
                *nothing *= (1.0 - (scale * nearness(index)).min(1.0)).powi(4);
            }
            weights[nearest] = (0.0, 1.0);
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Split;

    #[test]
    fn every_hit_has_its_cell_and_its_neighbours_count_less_as_nothing() {
        let mut hits = 0;
        for clip in (0..40).map(|index| Clip::draw(Split::Train, 2, index)) {
            let weights = weights(&clip);
            for collision in &clip.motion.collisions {
                for object in collision.objects() {
                    hits += 1;
                    let [x, y] = clip.motion.place(object, collision.tick);
                    let cell = |along: f32| ((along * 8.0 / f32::from(SIDE)) as usize).min(GRID - 1);
                    let frame = (collision.seconds() * 8.0).round().min(15.0) as usize;
                    let (nothing, hit) = weights[(frame * GRID + cell(y)) * GRID + cell(x)];
                    assert_eq!((nothing, hit), (0.0, 1.0), "{collision:?}");
                }
            }
            let marked = weights.iter().filter(|(_, hit)| *hit == 1.0).count();
            let all: usize = clip.motion.collisions.iter().map(|one| one.objects().count()).sum();
            assert!(marked <= all);
            assert!(weights.iter().filter(|(nothing, _)| *nothing > 0.9).count() >= 1024 - 60 * all);
        }
        assert!(hits > 40, "{hits}");
    }
}
