//! Sound against video: the sound of another moment of the same motion, and by how many frames it is early or late.

use super::clips;
use crate::device::DeviceError;
use crate::infer::audiovisual::{Network, events_inputs, sync_inputs};
use crate::infer::modality::Inputs;
use crate::infer::pixels;
use crate::model::audiovisual::Config;
use crate::model::audiovisual::sync::{FARTHEST, OFFSETS, emit};
use crate::ops::cross_entropy::cross_entropy;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::{Clip, Rng};

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let answers = emit(b, config, count);
    let (targets, weights) = (b.input("answer", [count], U32), b.input("weights", [count], F32));
    cross_entropy(b, answers, targets, weights)
}

pub(super) async fn batch(
    events: &mut Network,
    seed: u64,
    mut rng: Rng,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let clips: Vec<Clip> = clips(seed, &mut rng).take(count).collect();
    let offsets: Vec<i32> = clips.iter().map(|_| rng.below(OFFSETS) as i32 - FARTHEST as i32).collect();
    let videos: Vec<_> = clips.iter().map(|clip| clip.frames().map(pixels).collect()).collect();
    let activity = events.run(&events_inputs(&videos), count, "activity").await?;
    let waveforms: Vec<Vec<f32>> =
        clips.iter().zip(&offsets).map(|(clip, &offset)| clip.sound_at(offset).mix()).collect();
    let mut inputs = sync_inputs(activity, &waveforms.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let answer = |(clip, &offset): (&Clip, &i32)| match clip.is_told_at(offset) {
        true => (offset + FARTHEST as i32) as u32,
        false => OFFSETS as u32,
    };
    inputs
        .push(("answer".into(), HostTensor::u32([count], clips.iter().zip(&offsets).map(answer).collect())));
    inputs.push(("weights".into(), HostTensor::f32([count], vec![1.0; count])));
    Ok(inputs)
}
