//! By how many frames sound and video are apart.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::{Network, events_inputs, sync_inputs};
use crate::infer::pixels;
use crate::model::audiovisual::sync::{ANSWERS, FARTHEST, OFFSETS};
use crate::world::{Clip, Stream};

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sync {
    /// Of the likeliest offset, over clips with a hit that is seen and heard.
    pub median_error_frames: f64,
    /// Share of these whose offset is at most a frame off.
    pub within_one_frame: f64,
    /// The same of a guess.
    pub chance: f64,
    /// Share of clips without any hit of which it is said that it cannot be told.
    pub cannot_tell_accuracy: f64,
    /// Share of clips with a hit that is seen and heard of which it is said nonetheless.
    pub told_nothing: f64,
    pub with_hits: usize,
    pub without_hits: usize,
}

/// Each clip with its sound shifted by an offset of its own.
pub async fn evaluate_sync(
    events: &mut Network,
    network: &mut Network,
    clips: &[Clip],
) -> Result<Sync, DeviceError> {
    let (mut errors, mut silent, mut right_silent, mut told_nothing, mut chance) = (Vec::new(), 0, 0, 0, 0.0);
    for clip in clips {
        let offset = clip.rng(Stream::Task).below(OFFSETS) as i32 - FARTHEST as i32;
        let has_hits = clip.is_told_at(offset);
        // Hits that are only seen, or only heard, mislead: such clips are in neither share.
        let is_silent = clip.motion.collisions.is_empty() && clip.motion_at(offset).collisions.is_empty();
        if !has_hits && !is_silent {
            continue;
        }
        let answers = answers(events, network, clip, offset).await?;
        let best = |range: std::ops::Range<usize>| {
            range.max_by(|&a, &b| answers[a].total_cmp(&answers[b])).expect("there are answers")
        };
        if is_silent {
            silent += 1;
            right_silent += usize::from(best(0..ANSWERS) == OFFSETS);
        } else {
            told_nothing += usize::from(best(0..ANSWERS) == OFFSETS);
            errors.push((best(0..OFFSETS) as i32 - FARTHEST as i32 - offset).unsigned_abs());
            let near = (offset - 1..=offset + 1).filter(|at| at.unsigned_abs() as usize <= FARTHEST).count();
            chance += near as f64 / OFFSETS as f64;
        }
    }
    errors.sort_unstable();
    let count = errors.len();
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Ok(Sync {
        median_error_frames: errors.get(count / 2).copied().unwrap_or(0).into(),
        within_one_frame: share(errors.iter().filter(|&&error| error <= 1).count(), count),
        chance: chance / count.max(1) as f64,
        cannot_tell_accuracy: share(right_silent, silent),
        told_nothing: share(told_nothing, count),
        with_hits: count,
        without_hits: silent,
    })
}

/// The logits of the answers about a clip whose sound is `offset` frames early.
async fn answers(
    events: &mut Network,
    network: &mut Network,
    clip: &Clip,
    offset: i32,
) -> Result<Vec<f32>, DeviceError> {
    let video = clip.frames().map(pixels).collect();
    let activity = events.run(&events_inputs(&[video]), 1, "activity").await?;
    let inputs = sync_inputs(activity, &[&clip.sound_at(offset).mix()]);
    Ok(network.run(&inputs, 1, "answers").await?.as_f32().to_vec())
}
