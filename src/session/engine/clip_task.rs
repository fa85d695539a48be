//! What is asked of a clip that is seen and heard.

use std::iter;

use super::failure::unusable;
use super::input::{clip, heard, seen};
use super::loaded::Loaded;
use crate::infer::audiovisual::{
    Spectrum, WINDOW_LEAD, events_inputs, separation_inputs, source_inputs, sync_inputs, window_at,
};
use crate::infer::{grey_pixels, pixels};
use crate::model::audiovisual::Task;
use crate::session::protocol::{ClipTask, Event, Failure, Pixels, TaskOutput, Video};
use crate::softmax::softmax;
use crate::tensor::HostTensor;
use crate::world::motion::FRAMES;
use crate::world::sound::SAMPLES;

/// What a network says of a video, grey where it is not seen, and of `samples`, which are heard with it.
pub(super) async fn run(
    loaded: &mut Loaded,
    video: &Video,
    is_seen: bool,
    samples: &[f32],
    task: ClipTask,
) -> Result<Event, Failure> {
    let Loaded { model, networks, .. } = loaded;
    let drawn;
    // Drawn one by one: most tasks need one frame.
    let mut frames: Box<dyn Iterator<Item = Pixels>> = match video {
        Video::Clip(name) => {
            drawn = clip(name)?;
            Box::new(drawn.frames().map(pixels))
        }
        Video::Frames(frames) => Box::new(seen(model, frames)?.into_iter()),
    };
    if !is_seen {
        frames = Box::new(iter::repeat_n(grey_pixels(), FRAMES));
    }
    let output = match task {
        ClipTask::Source { frame, sample } => {
            let (frame, sample) = (frame as usize, sample as usize);
            if frame >= FRAMES || sample >= SAMPLES {
                let detail = format!("frame {frame}, sample {sample}");
                return Err(unusable("The clip has ended at this moment.", detail));
            }
            let picture = frames.nth(frame).expect("a video has so many frames");
            let states = model.image_states(&[picture]).await?;
            let window = window_at(heard(samples)?, sample, WINDOW_LEAD);
            let map = networks.of(Task::Source).run(&source_inputs(states, &[window]), 1, "map").await?;
            TaskOutput::Map(probabilities(map.as_f32()))
        }
        ClipTask::Sync => {
            let video = events_inputs(&[frames.collect()]);
            let activity = networks.of(Task::Events).run(&video, 1, "activity").await?;
            let inputs = sync_inputs(activity, &[heard(samples)?]);
            let answers = networks.of(Task::Sync).run(&inputs, 1, "answers").await?;
            TaskOutput::Answers(probabilities(answers.as_f32()))
        }
        ClipTask::Events => TaskOutput::Hits(networks.of(Task::Events).find_hits(frames.collect()).await?),
        ClipTask::Separation => {
            let picture = frames.next().expect("a video has a first frame");
            let states = model.image_states(&[picture]).await?;
            let mixture = [Spectrum::of(heard(samples)?)];
            let mut waveforms = Vec::new();
            for is_seen in [true, false] {
                let inputs = separation_inputs(&mixture, states.clone(), &[is_seen]);
                let mask = networks.of(Task::Separation).run(&inputs, 1, "mask").await?;
                waveforms.push(mixture[0].masked(mask.as_f32()));
            }
            let without_picture = waveforms.pop().expect("two were separated");
            let with_picture = waveforms.pop().expect("two were separated");
            TaskOutput::Separated { with_picture, without_picture }
        }
    };
    Ok(Event::TaskDone(output))
}

/// The picture that a unit vector of any modality tells.
pub(super) async fn reconstruct(loaded: &mut Loaded, vector: &[f32]) -> Result<Event, Failure> {
    let width = loaded.model.architecture.embed_dim();
    if vector.len() != width || vector.iter().any(|x| !x.is_finite()) {
        let detail = format!("{} numbers, expected {width} finite ones", vector.len());
        return Err(unusable("This is no vector of the model.", detail));
    }
    let vector = HostTensor::f32([1, width], vector.to_vec());
    let drawn = loaded.networks.of(Task::Reconstruction).draw(&vector).await?;
    Ok(Event::Reconstructed(drawn.into_iter().next().expect("one vector makes one picture")))
}

fn probabilities(logits: &[f32]) -> Vec<f32> {
    softmax(logits.iter().map(|&logit| f64::from(logit))).into_iter().map(|p| p as f32).collect()
}
