//! Hits in a video: as in CenterNet, the cell and frame nearest to each hit is right, and what is near to it counts less as wrong.

use super::clips;
use crate::infer::audiovisual::events_inputs;
use crate::infer::modality::Inputs;
use crate::infer::pixels;
use crate::model::audiovisual::Config;
use crate::model::audiovisual::events::{GRID, Outputs, emit};
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::reduce;
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
    let Outputs { logits, offsets, .. } = emit(b, config, count);
    let [nothing, hit] = [("nothing", NOTHING), ("hit", 1.0)].map(|(name, factor)| {
        let classes = b.input(&format!("{name}_classes"), [rows], U32);
        let weights = b.input(&format!("{name}_weights"), [rows], F32);
        let loss = cross_entropy(b, logits, classes, weights);
        b.name(loss, &format!("loss.{name}"));
        scale(b, loss, factor)
    });
    let places = b.input("places", [rows, 2], F32);
    let weights = b.input("place_weights", [rows, 1], F32);
    let error = scale(b, places, -1.0);
    let error = add(b, offsets, error);
    let squares = mul(b, error, error);
    let squares = mul(b, squares, weights);
    let squares = b.reshape(squares, [2 * rows]);
    let place = reduce::sum(b, squares, 0);
    b.name(place, "loss.place");
    let sum = add(b, nothing, hit);
    add(b, sum, place)
}

pub(super) fn batch(seed: u64, mut rng: Rng, count: usize) -> Inputs {
    let clips: Vec<Clip> = clips(seed, &mut rng).take(count).collect();
    let videos: Vec<_> = clips.iter().map(|clip| clip.frames().map(pixels).collect()).collect();
    let mut inputs = events_inputs(&videos);
    let targets: Vec<Target> = clips.iter().flat_map(targets).collect();
    let rows = targets.len();
    let column = |read: fn(&Target) -> f32| HostTensor::f32([rows], targets.iter().map(read).collect());
    for (class, name) in ["nothing", "hit"].into_iter().enumerate() {
        inputs.push((format!("{name}_classes"), HostTensor::u32([rows], vec![class as u32; rows])));
    }
    inputs.push(("nothing_weights".into(), column(|target| target.nothing)));
    inputs.push(("hit_weights".into(), column(|target| f32::from(u8::from(target.is_hit)))));
    let places = targets.iter().flat_map(|target| target.place).collect();
    inputs.push(("places".into(), HostTensor::f32([rows, 2], places)));
    let sum = targets.iter().map(|target| target.nearness).sum::<f32>().max(1.0);
    let weights = targets.iter().map(|target| target.nearness / sum).collect();
    inputs.push(("place_weights".into(), HostTensor::f32([rows, 1], weights)));
    inputs
}

/// What is true of a cell of a frame.
#[derive(Clone, Copy)]
struct Target {
    /// How much it counts as one without a hit.
    nothing: f32,
    /// Whether it is the nearest to a hit.
    is_hit: bool,
    /// How near the nearest hit is, 1 for the nearest cell.
    nearness: f32,
    /// How far right and down of the cell's centre that hit is, in cells.
    place: [f32; 2],
}

/// Of each cell of each frame, `[F * P]`.
fn targets(clip: &Clip) -> Vec<Target> {
    let none = Target { nothing: 1.0, is_hit: false, nearness: 0.0, place: [0.0; 2] };
    let mut targets = vec![none; FRAMES * GRID * GRID];
    for collision in &clip.motion.collisions {
        let moment = collision.tick as f32 / TICKS_PER_FRAME as f32;
        for object in collision.objects() {
            // The centre of a cell is half a cell from its edge.
            let at = clip.motion.place(object, collision.tick);
            let at = at.map(|along| along * GRID as f32 / f32::from(SIDE) - 0.5);
            let apart = |index: usize| {
                let (frame, y, x) = (index / (GRID * GRID), index / GRID % GRID, index % GRID);
                [moment - frame as f32, at[0] - x as f32, at[1] - y as f32]
            };
            let nearness =
                |index: usize| (-apart(index).iter().map(|d| d * d).sum::<f32>() / (2.0 * NEAR * NEAR)).exp();
            let nearest = (0..targets.len())
                .max_by(|&a, &b| nearness(a).total_cmp(&nearness(b)))
                .expect("there are cells");
            let scale = 1.0 / nearness(nearest);
            for (index, target) in targets.iter_mut().enumerate() {
                let near = (scale * nearness(index)).min(1.0);
                target.nothing *= (1.0 - near).powi(4);
                if near > target.nearness {
                    let [_, x, y] = apart(index);
                    (target.nearness, target.place) = (near, [x, y]);
                }
            }
            (targets[nearest].nothing, targets[nearest].is_hit) = (0.0, true);
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Split;

    #[test]
    fn every_hit_has_its_cell_and_its_neighbours_count_less_as_nothing() {
        let mut hits = 0;
        for clip in (0..40).map(|index| Clip::draw(Split::Train, 2, index)) {
            let targets = targets(&clip);
            for collision in &clip.motion.collisions {
                for object in collision.objects() {
                    hits += 1;
                    let [x, y] = clip.motion.place(object, collision.tick);
                    let cell = |along: f32| ((along * 8.0 / f32::from(SIDE)) as usize).min(GRID - 1);
                    let frame = (collision.seconds() * 8.0).round().min(15.0) as usize;
                    let target = targets[(frame * GRID + cell(y)) * GRID + cell(x)];
                    assert!(target.is_hit && target.nothing == 0.0, "{collision:?}");
                    assert!(target.place.iter().all(|along| along.abs() <= 0.5), "{collision:?}");
                }
            }
            let marked = targets.iter().filter(|target| target.is_hit).count();
            let all: usize = clip.motion.collisions.iter().map(|one| one.objects().count()).sum();
            assert!(marked <= all);
            let nothing = targets.iter().filter(|target| target.nothing > 0.9).count();
            assert!(nothing + 60 * all >= targets.len(), "{nothing} beside {all} hits");
        }
        assert!(hits > 40, "{hits}");
    }
}
