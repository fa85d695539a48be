//! Hits that are seen in a silent video.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::{Hit, Network};
use crate::infer::pixels;
use crate::world::motion::{FRAMES, TICKS_PER_FRAME};
use crate::world::{Clip, Stream};

/// Frames by which a hit may be off.
const NEAR: f32 = 1.0;

/// Pixels from the centre of an object within which a hit is taken for its own, beside its radius.
const MARGIN: f32 = 4.0;

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Events {
    /// `2 precision recall / (precision + recall)`. A hit is found if one of its object is, at most a frame from the frame nearest to it.
    pub f1: f64,
    pub precision: f64,
    pub recall: f64,
    /// F1 of as many hits as there are, each of an object and at a frame drawn at random.
    pub chance: f64,
    /// Hits; those of one object within a frame of each other count as one.
    pub hits: usize,
}

/// When an object hits, in frames.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    pub object: usize,
    pub frame: f32,
}

/// What is seen in a clip beside what happens in it.
#[derive(Clone, PartialEq, Debug)]
pub struct JudgedHits {
    /// Each with the object that it is taken for, none where none is near, and whether that hits then.
    pub seen: Vec<(Hit, Option<usize>, bool)>,
    /// What is not seen.
    pub missed: Vec<Moment>,
}

impl JudgedHits {
    pub fn new(clip: &Clip, hits: &[Hit]) -> Self {
        let mut missed = truth(clip);
        let judge = |hit: &Hit| {
            let object = whose(clip, hit);
            let moment = object.map(|object| Moment { object, frame: hit.frame as f32 });
            let at = moment.and_then(|moment| missed.iter().position(|one| is_seen(one, &moment)));
            let is_right = at.map(|at| missed.remove(at)).is_some();
            (*hit, object, is_right)
        };
        JudgedHits { seen: hits.iter().map(judge).collect(), missed }
    }

    pub fn right(&self) -> usize {
        self.seen.iter().filter(|(.., is_right)| *is_right).count()
    }

    /// How many hits there are.
    pub fn true_hits(&self) -> usize {
        self.right() + self.missed.len()
    }

    /// None where nothing happens and nothing is seen.
    pub fn f1(&self) -> Option<f64> {
        let all = self.seen.len() + self.true_hits();
        (all > 0).then(|| 2.0 * self.right() as f64 / all as f64)
    }
}

/// Looks for the hits of each clip.
pub async fn evaluate_events(network: &mut Network, clips: &[Clip]) -> Result<Events, DeviceError> {
    let (mut right, mut found, mut true_hits, mut chance) = (0, 0, 0, 0);
    for clip in clips {
        let hits = network.find_hits(clip.frames().map(pixels).collect()).await?;
        let judged = JudgedHits::new(clip, &hits);
        right += judged.right();
        found += judged.seen.len();
        true_hits += judged.true_hits();
        chance += JudgedHits::new(clip, &guesses(clip, judged.true_hits())).right();
    }
    let share = |whole: usize| right as f64 / whole.max(1) as f64;
    let f1 = 2.0 * right as f64 / (found + true_hits).max(1) as f64;
    Ok(Events {
        f1,
        precision: share(found),
        recall: share(true_hits),
        // There are as many guesses as hits.
        chance: chance as f64 / true_hits.max(1) as f64,
        hits: true_hits,
    })
}

/// So many hits, each of an object and at a frame that are drawn at random.
fn guesses(clip: &Clip, count: usize) -> Vec<Hit> {
    let mut rng = clip.rng(Stream::Task);
    let guess = |_| {
        let (object, frame) = (rng.below(clip.scene.objects.len()), rng.below(FRAMES));
        let at = clip.motion.place(object, frame as u32 * TICKS_PER_FRAME).map(|along| along / 4.0);
        Hit { frame, at, probability: 1.0 }
    };
    (0..count).map(guess).collect()
}

/// The object whose hit is seen: the nearest, if near enough.
fn whose(clip: &Clip, hit: &Hit) -> Option<usize> {
    let distance = |object: usize| {
        let place = clip.motion.place(object, hit.frame as u32 * TICKS_PER_FRAME).map(|along| along / 4.0);
        (place[0] - hit.at[0]).hypot(place[1] - hit.at[1])
    };
    let object = (0..clip.scene.objects.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
    let radius = f32::from(clip.scene.objects[object].size.radius()) / 4.0;
    (distance(object) <= radius + MARGIN).then_some(object)
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

/// Whether a hit is the one that is seen: at most a frame from the frame nearest to it.
fn is_seen(one: &Moment, seen: &Moment) -> bool {
    let nearest = one.frame.round().min((FRAMES - 1) as f32);
    seen.object == one.object && (seen.frame - nearest).abs() <= NEAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Split;

    #[test]
    fn a_hit_is_found_once_by_its_own_object_within_a_frame() {
        let moment = |object, frame| Moment { object, frame };
        assert!(is_seen(&moment(0, 3.4), &moment(0, 4.0)) && is_seen(&moment(1, 3.4), &moment(1, 2.0)));
        assert!(!is_seen(&moment(0, 3.4), &moment(0, 5.0)) && !is_seen(&moment(1, 3.4), &moment(2, 3.0)));
        let clip = (0..).map(|index| Clip::draw(Split::Test, 1, index));
        let clip = clip.into_iter().find(|clip| truth(clip).len() > 1).expect("some clip has hits");
        let hit = |one: &Moment| {
            let frame = (one.frame.round() as usize).min(FRAMES - 1);
            let at = clip.motion.place(one.object, frame as u32 * TICKS_PER_FRAME).map(|along| along / 4.0);
            Hit { frame, at, probability: 1.0 }
        };
        let all: Vec<Hit> = truth(&clip).iter().map(hit).collect();
        assert_eq!(JudgedHits::new(&clip, &all).f1(), Some(1.0));
        let twice = JudgedHits::new(&clip, &[all[0], all[0]]);
        assert_eq!((twice.right(), twice.true_hits(), twice.seen[1].2), (1, all.len(), false));
        assert_eq!(JudgedHits::new(&clip, &[]).f1(), Some(0.0));
        // The last frame stands for what happens after it.
        assert!(is_seen(&moment(0, 15.9), &moment(0, 14.0)) && !is_seen(&moment(0, 15.9), &moment(0, 13.0)));
        // Many guesses find more than one does: of one object in 16 frames, three of which are near enough.
        let share = |count: usize| {
            let all = (0..200).map(|index| Clip::draw(Split::Test, 2, index));
            let with_hits: Vec<Clip> = all.filter(|clip| !truth(clip).is_empty()).collect();
            let found = with_hits.iter().map(|clip| JudgedHits::new(clip, &guesses(clip, count)).right() > 0);
            found.filter(|found| *found).count() as f64 / with_hits.len() as f64
        };
        assert!(share(1) > 0.03 && share(8) > 2.0 * share(1), "{} {}", share(1), share(8));
    }

    #[test]
    fn a_hit_belongs_to_the_object_that_is_there() {
        let clip = Clip::draw(Split::Test, 1, 2);
        let [x, y] = clip.motion.place(0, 0).map(|along| along / 4.0);
        let hit = Hit { frame: 0, at: [x + 1.0, y], probability: 0.9 };
        assert_eq!(whose(&clip, &hit), Some(0));
        assert_eq!(whose(&clip, &Hit { at: [x + 500.0, y], ..hit }), None);
    }
}
