//! Hits that are seen in a silent video.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::{Hit, Network, events_inputs, hits};
use crate::infer::pixels;
use crate::world::Clip;
use crate::world::motion::{FRAMES, TICKS_PER_FRAME};

/// Frames by which a hit may be off.
const NEAR: f32 = 1.0;

/// Pixels from the centre of an object within which a hit is taken for its own, beside its radius.
const MARGIN: f32 = 4.0;

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Events {
    /// `2 precision recall / (precision + recall)`. A hit is found if one of its object is, at most a frame off.
    pub f1: f64,
    pub precision: f64,
    pub recall: f64,
    /// F1 of as many hits as there are, of any object at any frame.
    pub chance: f64,
    /// Hits; those of one object within a frame of each other count as one.
    pub hits: usize,
}

/// When an object hits, in frames.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Moment {
    object: usize,
    frame: f32,
}

/// Looks for the hits of each clip.
pub async fn evaluate_events(network: &mut Network, clips: &[Clip]) -> Result<Events, DeviceError> {
    let (mut right, mut found, mut true_hits, mut chance) = (0, 0, 0, 0.0);
    for clip in clips {
        let video = clip.frames().map(pixels).collect();
        let logits = network.run(&events_inputs(&[video]), 1, "hits").await?;
        let seen: Vec<Option<Moment>> = hits(logits.as_f32()).iter().map(|hit| whose(clip, hit)).collect();
        let truth = truth(clip);
        right += matched(&truth, &seen.iter().copied().flatten().collect::<Vec<_>>());
        found += seen.len();
        true_hits += truth.len();
        // Three frames are near enough.
        let guess = 3.0 / (FRAMES * clip.scene.objects.len().max(1)) as f64;
        chance += guess.min(1.0) * truth.len() as f64;
    }
    let share = |whole: usize| right as f64 / whole.max(1) as f64;
    let f1 = 2.0 * right as f64 / (found + true_hits).max(1) as f64;
    Ok(Events {
        f1,
        precision: share(found),
        recall: share(true_hits),
        chance: chance / true_hits.max(1) as f64,
        hits: true_hits,
    })
}

/// The object whose hit is seen: the nearest, if near enough.
fn whose(clip: &Clip, hit: &Hit) -> Option<Moment> {
    let distance = |object: usize| {
        let place = clip.motion.place(object, hit.frame as u32 * TICKS_PER_FRAME).map(|along| along / 4.0);
        (place[0] - hit.at[0]).hypot(place[1] - hit.at[1])
    };
    let object = (0..clip.scene.objects.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
    let radius = f32::from(clip.scene.objects[object].size.radius()) / 4.0;
    (distance(object) <= radius + MARGIN).then_some(Moment { object, frame: hit.frame as f32 })
}

fn truth(clip: &Clip) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for collision in &clip.motion.collisions {
        let frame = collision.tick as f32 / TICKS_PER_FRAME as f32;
        for object in collision.objects() {
            let is_known = moments.iter().any(|one| one.object == object && frame - one.frame <= NEAR);
            if !is_known {
                moments.push(Moment { object, frame });
            }
        }
    }
    moments
}

/// How many are found, each by one that is seen: both are in the order of time.
fn matched(truth: &[Moment], seen: &[Moment]) -> usize {
    let mut left = seen.to_vec();
    let mut is_found = |one: &Moment| {
        // The nearest frame is at most half a frame from the hit.
        let is_it =
            |other: &Moment| other.object == one.object && (other.frame - one.frame.round()).abs() <= NEAR;
        let at = left.iter().position(is_it);
        at.map(|at| left.remove(at)).is_some()
    };
    truth.iter().filter(|one| is_found(one)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Split;

    fn moment(object: usize, frame: f32) -> Moment {
        Moment { object, frame }
    }

    #[test]
    fn a_hit_is_found_once_by_its_own_object_within_a_frame() {
        let truth = [moment(0, 3.4), moment(1, 3.4), moment(0, 9.0)];
        assert_eq!(matched(&truth, &[moment(0, 4.0), moment(1, 2.0), moment(0, 9.0)]), 3);
        assert_eq!(matched(&truth, &[moment(0, 5.0), moment(2, 3.0), moment(1, 9.0)]), 0);
        assert_eq!(matched(&truth, &[moment(0, 3.0), moment(0, 3.0)]), 1);
    }

    #[test]
    fn a_hit_belongs_to_the_object_that_is_there() {
        let clip = Clip::draw(Split::Test, 1, 2);
        let [x, y] = clip.motion.place(0, 0).map(|along| along / 4.0);
        let hit = Hit { frame: 0, at: [x + 1.0, y], probability: 0.9 };
        assert_eq!(whose(&clip, &hit), Some(moment(0, 0.0)));
        assert_eq!(whose(&clip, &Hit { at: [x + 500.0, y], ..hit }), None);
    }
}
