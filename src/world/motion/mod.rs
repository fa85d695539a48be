//! Motion: for two seconds the objects of a scene move as discs that bounce off the borders of the picture and off each other.
//!
//! Positions and velocities are fixed-point numbers and collisions lie at exact ticks, so that equal scenes and velocities give
//! equal bits everywhere. Between two of its collisions an object moves in a straight line, a [`Leg`].

mod physics;
mod shifted;
mod start;

use super::rng::Rng;
use super::scene::{Object, Scene};
use physics::Bodies;
use serde::{Deserialize, Serialize};

/// The unit of time, 2^-20 seconds.
pub const TICKS_PER_SECOND: u32 = 1 << 20;

/// Length of a clip in seconds.
pub const SECONDS: u32 = 2;

/// Pictures in a clip.
pub const FRAMES: usize = 16;

pub const FRAMES_PER_SECOND: u32 = 8;

/// Largest velocity along an axis, in quarter pixels a second; what is given a larger one has this.
pub const FASTEST: i16 = 256;

const DURATION: u32 = SECONDS * TICKS_PER_SECOND;

/// Ticks from one picture to the next.
pub const TICKS_PER_FRAME: u32 = TICKS_PER_SECOND / FRAMES_PER_SECOND;

/// Ticks by which [`Motion::shifted`] shifts at most: a second.
const MOST_SHIFTED: u32 = TICKS_PER_SECOND;

/// Units in a quarter pixel.
const UNIT: i64 = 1 << 20;

/// A point in units of 2^-20 quarter pixels, or a velocity in such units a second; right and down.
type Vector = [i64; 2];

/// How fast an object moves when a clip begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    Still,
    Slow,
    Fast,
}

impl Pace {
    pub const ALL: [Pace; 3] = [Pace::Still, Pace::Slow, Pace::Fast];

    /// The least and the largest speed, in quarter pixels a second.
    const fn speeds(self) -> [i16; 2] {
        match self {
            Pace::Still => [0, 0],
            Pace::Slow => [16, 40],
            Pace::Fast => [72, 128],
        }
    }
}

/// A border of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wall {
    Left,
    Right,
    Top,
    Bottom,
}

/// What an object bounces off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    Wall(Wall),
    /// Another object, by its index in the scene.
    Object(usize),
}

/// A moment at which an object changes its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Collision {
    /// In ticks since the clip began.
    pub tick: u32,
    /// Index in the scene; of two objects the lower one.
    pub object: usize,
    pub with: Obstacle,
}

impl Collision {
    pub fn seconds(&self) -> f64 {
        f64::from(self.tick) / f64::from(TICKS_PER_SECOND)
    }

    /// The objects that take part, by their indices.
    pub fn objects(&self) -> impl Iterator<Item = usize> + use<> {
        let other = match self.with {
            Obstacle::Object(other) => Some(other),
            Obstacle::Wall(_) => None,
        };
        std::iter::once(self.object).chain(other)
    }
}

/// A straight part of an object's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// When it begins, in ticks.
    pub start: u32,
    from: Vector,
    velocity: Vector,
}

impl Leg {
    /// Position at a tick of this leg.
    fn at(&self, tick: u32) -> Vector {
        let along = |axis: usize| {
            self.from[axis]
                + ((self.velocity[axis] * i64::from(tick - self.start)) >> TICKS_PER_SECOND.ilog2())
        };
        [along(0), along(1)]
    }

    /// Quarter pixels a second, right and down.
    pub(in crate::world) fn velocity(&self) -> [f32; 2] {
        self.velocity.map(|v| v as f32 / UNIT as f32)
    }

    /// Quarter pixels a second.
    pub fn speed(&self) -> f32 {
        let [x, y] = self.velocity();
        (x * x + y * y).sqrt()
    }
}

/// How the objects of a scene move for [`SECONDS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motion {
    /// Of each object, in the order of `Scene::objects`; at least one, the first from tick 0.
    pub legs: Vec<Vec<Leg>>,
    /// In their order in time.
    pub collisions: Vec<Collision>,
}

impl Motion {
    /// Of a scene whose velocities are drawn from `rng`.
    pub fn draw(scene: &Scene, rng: &mut Rng) -> Self {
        let velocities: Vec<_> = scene.objects.iter().map(|_| start::velocity(rng)).collect();
        Self::new(scene, &velocities)
    }

    /// Of a scene and the velocity of each object, in quarter pixels a second, right and down.
    ///
    /// # Panics
    /// If there are not as many velocities as objects.
    pub fn new(scene: &Scene, velocities: &[[i16; 2]]) -> Self {
        assert_eq!(scene.objects.len(), velocities.len(), "objects and velocities");
        Bodies::new(&scene.objects, velocities).run(DURATION)
    }

    /// With which velocity each object begins, as [`Motion::new`] takes them.
    pub fn velocities(&self) -> Vec<[i16; 2]> {
        self.legs.iter().map(|legs| legs[0].velocity.map(|v| (v / UNIT) as i16)).collect()
    }

    /// The leg on which an object is at a tick.
    pub fn leg(&self, object: usize, tick: u32) -> &Leg {
        let legs = &self.legs[object];
        &legs[legs.partition_point(|leg| leg.start <= tick) - 1]
    }

    /// The centre of an object at a tick, in quarter pixels from the left and from the top.
    pub fn place(&self, object: usize, tick: u32) -> [f32; 2] {
        self.leg(object, tick).at(tick).map(|along| along as f32 / UNIT as f32)
    }

    /// The picture nearest to a tick.
    pub fn nearest_frame(tick: u32) -> usize {
        (((tick + TICKS_PER_FRAME / 2) / TICKS_PER_FRAME) as usize).min(FRAMES - 1)
    }

    /// How fast an object is when the clip begins.
    pub fn pace(&self, object: usize) -> Pace {
        let slowest = |pace: &Pace| self.legs[object][0].speed() >= f32::from(pace.speeds()[0]);
        Pace::ALL.into_iter().rev().find(slowest).unwrap_or(Pace::Still)
    }

    /// Whether an object moves at any time.
    pub fn moves(&self, object: usize) -> bool {
        self.legs[object].iter().any(|leg| leg.velocity != [0, 0])
    }

    /// The scene as it stands at picture `frame` of [`FRAMES`]; the first is the scene itself. The grain differs from frame to
    /// frame.
    pub fn frame(&self, scene: &Scene, frame: usize) -> Scene {
        let tick = TICKS_PER_FRAME * frame as u32;
        let moved = |(index, object): (usize, &Object)| {
            let [x, y] = self.leg(index, tick).at(tick).map(quarter_pixels);
            Object { x, y, ..*object }
        };
        Scene {
            objects: scene.objects.iter().enumerate().map(moved).collect(),
            background: scene.background,
            noise: scene.noise.wrapping_add(frame as u16),
        }
    }
}

/// The nearest whole number of quarter pixels.
fn quarter_pixels(v: i64) -> i16 {
    ((v + UNIT / 2).div_euclid(UNIT)).clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::scene::SIDE;
    use crate::world::{Split, Stream, splits};

    fn clip(index: u64) -> (Scene, Motion) {
        let scene = splits::scene(Split::Train, 3, index);
        let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 3, index, Stream::Motion));
        (scene, motion)
    }

    #[test]
    fn the_first_frame_is_the_scene() {
        for index in 0..200 {
            let (scene, motion) = clip(index);
            assert_eq!(motion.frame(&scene, 0), scene);
        }
    }

    #[test]
    fn a_motion_follows_from_its_velocities() {
        for index in 0..200 {
            let (scene, motion) = clip(index);
            assert_eq!(Motion::new(&scene, &motion.velocities()), motion);
        }
    }

    #[test]
    fn objects_stay_in_the_picture_and_move_as_fast_as_their_pace() {
        for index in 0..500 {
            let (scene, motion) = clip(index);
            for frame in 0..FRAMES {
                let then = motion.frame(&scene, frame);
                assert_eq!(then.check(), Ok(()));
                for object in &then.objects {
                    let within = object.size.radius() - 1..=SIDE - object.size.radius() + 1;
                    assert!(
                        within.contains(&object.x) && within.contains(&object.y),
                        "{index} {frame} {object:?}"
                    );
                }
            }
            for object in 0..scene.objects.len() {
                let (speed, [least, most]) = (motion.legs[object][0].speed(), motion.pace(object).speeds());
                assert!((f32::from(least)..=f32::from(most)).contains(&speed), "{speed}");
            }
        }
    }

    #[test]
    fn clips_with_and_without_collisions_are_common() {
        let counts: Vec<usize> = (0..2_000).map(|index| clip(index).1.collisions.len()).collect();
        let share = |wanted: &dyn Fn(usize) -> bool| {
            counts.iter().filter(|count| wanted(**count)).count() as f64 / counts.len() as f64
        };
        let shares = [share(&|count| count == 0), share(&|count| count == 1), share(&|count| count > 12)];
        assert!(shares[0] > 0.1 && shares[1] > 0.1 && shares[2] < 0.1, "{shares:?}");
    }

    #[test]
    fn a_leg_begins_with_each_collision_of_its_object() {
        for index in 0..200 {
            let (_, motion) = clip(index);
            for (object, legs) in motion.legs.iter().enumerate() {
                let of_object =
                    motion.collisions.iter().filter(|collision| collision.objects().any(|o| o == object));
                let ticks: Vec<u32> = of_object.map(|collision| collision.tick).collect();
                assert_eq!(legs.iter().skip(1).map(|leg| leg.start).collect::<Vec<_>>(), ticks);
            }
        }
    }
}
