//! Sound against video: the sound of another moment of the same motion, and by how many frames it is early or late.

use super::clips;
use crate::device::DeviceError;
use crate::infer::audiovisual::{Network, events_inputs, sync_inputs};
use crate::infer::modality::Inputs;
use crate::infer::{grey_pixels, pixels};
use crate::model::audiovisual::Config;
use crate::model::audiovisual::sync::{FARTHEST, OFFSETS, emit};
use crate::ops::cross_entropy::cross_entropy;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::motion::FRAMES;
use crate::world::sound::SAMPLES;
use crate::world::{Clip, Rng};

/// One sample in so many is without its sound, and as many without its video: of these nothing can be told.
const LACKING: usize = 12;

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
    let [is_silent, is_blind]: [Vec<bool>; 2] =
        [(); 2].map(|()| clips.iter().map(|_| rng.one_in(LACKING)).collect());
    let video = |(clip, &is_blind): (&Clip, &bool)| match is_blind {
        true => vec![grey_pixels(); FRAMES],
        false => clip.frames().map(pixels).collect(),
    };
    let videos: Vec<_> = clips.iter().zip(&is_blind).map(video).collect();
    let activity = events.run(&events_inputs(&videos), count, "activity").await?;
    let waveform = |((clip, &offset), &is_silent): ((&Clip, &i32), &bool)| match is_silent {
        true => vec![0.0; SAMPLES],
        false => clip.sound_at(offset).mix(),
    };
    let waveforms: Vec<Vec<f32>> = clips.iter().zip(&offsets).zip(&is_silent).map(waveform).collect();
    let mut inputs = sync_inputs(activity, &waveforms.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let answer = |at: usize| match clips[at].is_told_at(offsets[at]) && !is_silent[at] && !is_blind[at] {
        true => (offsets[at] + FARTHEST as i32) as u32,
        false => OFFSETS as u32,
    };
    inputs.push(("answer".into(), HostTensor::u32([count], (0..count).map(answer).collect())));
    inputs.push(("weights".into(), HostTensor::f32([count], vec![1.0; count])));
    Ok(inputs)
}
