//! Where what is heard is: for the sound around a hit, a cell of those that the object which hits covers, drawn by its pixels in them.

use super::clips;
use crate::device::DeviceError;
use crate::infer::audiovisual::{WINDOW_LEAD, source_inputs, window_at};
use crate::infer::modality::Inputs;
use crate::infer::{VisionLanguageModel, pixels};
use crate::model::audiovisual::Config;
use crate::model::audiovisual::source::emit;
use crate::model::modality::motion::GRID;
use crate::ops::cross_entropy::cross_entropy;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::render::render;
use crate::world::sound::sample_at;
use crate::world::{Clip, Motion, Rng};

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let map = emit(b, config, count);
    let (targets, weights) = (b.input("cell", [count], U32), b.input("weights", [count], F32));
    cross_entropy(b, map, targets, weights)
}

pub(super) async fn batch(
    model: &mut VisionLanguageModel,
    seed: u64,
    mut rng: Rng,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let mut drawing = rng.clone();
    let with_hits = clips(seed, &mut drawing).filter(|clip| !clip.motion.collisions.is_empty());
    let (mut frames, mut windows, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for clip in with_hits.take(count) {
        let Sample { frame, window, cell } = sample(&clip, &mut rng);
        frames.push(frame);
        windows.push(window);
        targets.push(cell);
    }
    let states = model.image_states(&frames).await?;
    let mut inputs = source_inputs(states, &windows);
    inputs.push(("cell".into(), HostTensor::u32([count], targets)));
    inputs.push(("weights".into(), HostTensor::f32([count], vec![1.0; count])));
    Ok(inputs)
}

/// Samples by which the window may be early or late.
const NEAR: usize = WINDOW_LEAD / 4;

struct Sample {
    frame: crate::pixels::Pixels,
    window: Vec<f32>,
    cell: u32,
}

/// One hit of a clip.
fn sample(clip: &Clip, rng: &mut Rng) -> Sample {
    let collision = clip.motion.collisions[rng.below(clip.motion.collisions.len())];
    let picture = render(&clip.motion.frame(&clip.scene, Motion::nearest_frame(collision.tick)));
    let objects: Vec<usize> = collision.objects().collect();
    let coverage = picture.masks[rng.pick(&objects)].coverage(GRID);
    let mut pixel = rng.below(coverage.iter().sum::<u32>().max(1) as usize) as u32;
    let cell = coverage.iter().position(|&count| {
        let is_here = pixel < count;
        pixel = pixel.saturating_sub(count);
        is_here
    });
    let window =
        window_at(&clip.sound().mix(), sample_at(collision.tick), WINDOW_LEAD - NEAR + rng.below(2 * NEAR));
    Sample { frame: pixels(picture), window, cell: cell.unwrap_or(0) as u32 }
}
