//! Elastic collisions of discs with walls and with each other.
//!
//! A disc is as heavy as its area. It meets a wall with its nominal circle, and another disc where the centres are
//! [`REACH`] of the summed radii apart, which no two objects of a drawn scene are at first. Two discs `a` and `b` whose centres lie
//! `d = b - a` apart, with the relative velocity `v`, touch at the earlier root of `|d + v t|^2 = reach^2`; then
//! `v_a += 2 m_b / (m_a + m_b) (v.d / d.d) d`, and `v_b -= 2 m_a / (m_a + m_b) (v.d / d.d) d`.

use super::{
    Collision, DURATION, FASTEST, Leg, MOST_SHIFTED, Motion, Obstacle, TICKS_PER_SECOND, UNIT, Vector, Wall,
};
use crate::world::scene::{Object, SIDE};

/// Tenths of the summed radii at which two objects touch.
const REACH: i64 = 9;

/// A bound for scenes made by hand, whose objects may be wedged into each other; drawn ones come nowhere near it.
const MOST_COLLISIONS: usize = 256;

/// Quarter pixels along an axis beyond which two objects of a scene made by hand do not see each other, so that no product
/// leaves i128.
const FARTHEST: i16 = 1024;

const WALLS: [(Wall, usize, bool); 4] =
    [(Wall::Left, 0, false), (Wall::Right, 0, true), (Wall::Top, 1, false), (Wall::Bottom, 1, true)];

pub(super) struct Bodies {
    radii: Vec<i64>,
    legs: Vec<Vec<Leg>>,
}

impl Bodies {
    pub(super) fn new(objects: &[Object], velocities: &[[i16; 2]]) -> Self {
        let leg = |(object, velocity): (&Object, &[i16; 2])| {
            let units = |v: i16| i64::from(v) * UNIT;
            vec![Leg {
                start: 0,
                from: [object.x, object.y].map(units),
                velocity: velocity.map(|v| units(v.clamp(-FASTEST, FASTEST))),
            }]
        };
        Bodies {
            radii: objects.iter().map(|object| i64::from(object.size.radius())).collect(),
            legs: objects.iter().zip(velocities).map(leg).collect(),
        }
    }

    /// All that happens in `duration` ticks.
    pub(super) fn run(mut self, duration: u32) -> Motion {
        let mut collisions = Vec::new();
        let mut now = 0;
        while collisions.len() < MOST_COLLISIONS {
            let Some(next) = self.next(now).filter(|next| next.tick < duration) else { break };
            now = next.tick;
            self.bounce(next);
            collisions.push(next);
        }
        Motion { legs: self.legs, collisions }
    }

    /// The first collision from tick `now` on.
    fn next(&self, now: u32) -> Option<Collision> {
        let count = self.legs.len();
        let walls = (0..count).flat_map(|object| {
            let wait = move |(wall, axis, is_far)| {
                Some((self.until_wall(object, now, axis, is_far)?, object, Obstacle::Wall(wall)))
            };
            WALLS.into_iter().filter_map(wait)
        });
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let pairs = pairs.filter_map(|(a, b)| Some((self.until_pair(a, b, now)?, a, Obstacle::Object(b))));
        // The first of those at the same tick.
        let (ticks, object, with) = walls.chain(pairs).min_by_key(|(ticks, ..)| *ticks)?;
        let tick = u32::try_from(i64::from(now) + ticks).ok()?;
        Some(Collision { tick, object, with })
    }

    fn now(&self, object: usize, tick: u32) -> (Vector, Vector) {
        let leg = self.legs[object].last().expect("every object has a leg");
        (leg.at(tick), leg.velocity)
    }

    /// Ticks until an object that moves towards a wall is there.
    fn until_wall(&self, object: usize, now: u32, axis: usize, is_far: bool) -> Option<i64> {
        let (at, velocity) = self.now(object, now);
        let (near, far) = (self.radii[object] * UNIT, (i64::from(SIDE) - self.radii[object]) * UNIT);
        let (gap, speed) = match is_far {
            true => (far - at[axis], velocity[axis]),
            false => (at[axis] - near, -velocity[axis]),
        };
        (speed > 0).then(|| ticks(gap.max(0).into(), speed.into()))
    }

    /// Ticks until two objects that come nearer to each other touch; they may pass each other by.
    fn until_pair(&self, a: usize, b: usize, now: u32) -> Option<i64> {
        let (d, v) = self.between(a, b, now);
        if d.iter().any(|along| along.abs() > i64::from(FARTHEST) * UNIT) {
            return None;
        }
        let (speed, approach) = (dot(v, v), dot(d, v));
        let reach = i128::from((self.radii[a] + self.radii[b]) * UNIT * REACH / 10);
        let gap = dot(d, d) - reach * reach;
        if approach >= 0 {
            return None;
        }
        let Ok(discriminant) = u128::try_from(approach * approach - speed * gap) else { return None };
        let root = discriminant.isqrt() as i128;
        Some(ticks((-approach - root).max(0), speed))
    }

    /// How `b` lies and moves as `a` sees it.
    fn between(&self, a: usize, b: usize, now: u32) -> (Vector, Vector) {
        let ((at, velocity), (other_at, other_velocity)) = (self.now(a, now), self.now(b, now));
        let difference = |x: Vector, y: Vector| [y[0] - x[0], y[1] - x[1]];
        (difference(at, other_at), difference(velocity, other_velocity))
    }

    fn bounce(&mut self, collision: Collision) {
        let Collision { tick, object, with } = collision;
        match with {
            Obstacle::Wall(wall) => {
                let (_, axis, _) =
                    WALLS.into_iter().find(|(other, ..)| *other == wall).expect("all walls are listed");
                let mut velocity = self.now(object, tick).1;
                velocity[axis] = -velocity[axis];
                self.turn(object, tick, velocity);
            }
            Obstacle::Object(other) => {
                let (d, v) = self.between(object, other, tick);
                let mass = |index: usize| i128::from(self.radii[index].pow(2));
                let (m, n) = (mass(object), mass(other));
                let (impulse, below) = (2 * dot(v, d), (m + n) * dot(d, d));
                let share = |mass: i128, axis: usize| divided(mass * impulse * i128::from(d[axis]), below);
                let (own, theirs) = (self.now(object, tick).1, self.now(other, tick).1);
                let own = [0, 1].map(|axis| own[axis] + share(n, axis));
                let theirs = [0, 1].map(|axis| theirs[axis] - share(m, axis));
                self.turn(object, tick, own);
                self.turn(other, tick, theirs);
            }
        }
    }

    fn turn(&mut self, object: usize, tick: u32, velocity: Vector) {
        let from = self.now(object, tick).0;
        self.legs[object].push(Leg { start: tick, from, velocity });
    }
}

fn dot(a: Vector, b: Vector) -> i128 {
    i128::from(a[0]) * i128::from(b[0]) + i128::from(a[1]) * i128::from(b[1])
}

/// `distance / speed` in whole ticks, rounded down so that nothing is passed through; beyond the end of the longest clip it is cut.
fn ticks(distance: i128, speed: i128) -> i64 {
    ((distance * i128::from(TICKS_PER_SECOND)) / speed).min(i128::from(DURATION + MOST_SHIFTED)) as i64
}

/// `a / b` to the nearest whole number, for `b > 0`.
fn divided(a: i128, b: i128) -> i64 {
    (2 * a + b).div_euclid(2 * b) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Background, Colour, Rng, Scene, Shape, Size, Split, Stream, Texture, splits};

    fn disc(size: Size, x: i16, y: i16) -> Object {
        Object { shape: Shape::Circle, colour: Colour::Red, size, texture: Texture::Solid, x, y, tilt: 0 }
    }

    fn scene(objects: Vec<Object>) -> Scene {
        Scene { objects, background: Background::Paper, noise: 0 }
    }

    /// Kinetic energy and momentum of all objects at a tick, in units of a quarter pixel.
    fn totals(scene: &Scene, motion: &Motion, tick: u32) -> (f64, [f64; 2]) {
        let mut sum = (0.0, [0.0; 2]);
        for (index, object) in scene.objects.iter().enumerate() {
            let mass = f64::from(object.size.radius()).powi(2);
            let velocity = motion.leg(index, tick).velocity.map(|v| v as f64 / UNIT as f64);
            sum.0 += 0.5 * mass * velocity.iter().map(|v| v * v).sum::<f64>();
            (0..2).for_each(|axis| sum.1[axis] += mass * velocity[axis]);
        }
        sum
    }

    #[test]
    fn energy_is_kept_by_every_collision_and_momentum_by_those_of_objects() {
        let mut pairs = 0;
        for index in 0..2_000 {
            let scene = splits::scene(Split::Train, 8, index);
            let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 8, index, Stream::Motion));
            let energy = totals(&scene, &motion, 0).0;
            for collision in &motion.collisions {
                let before = totals(&scene, &motion, collision.tick.saturating_sub(1));
                let after = totals(&scene, &motion, collision.tick);
                assert!((after.0 - energy).abs() <= 1e-6 * energy, "{collision:?} {energy} {after:?}");
                let alone =
                    motion.collisions.iter().filter(|other| other.tick.abs_diff(collision.tick) < 2).count()
                        == 1;
                if matches!(collision.with, Obstacle::Object(_)) && alone {
                    pairs += 1;
                    for axis in 0..2 {
                        let scale = before.1[axis].abs().max(1e3);
                        assert!(
                            (after.1[axis] - before.1[axis]).abs() < 1e-5 * scale,
                            "{before:?} {after:?}"
                        );
                    }
                }
            }
        }
        assert!(pairs > 1_000, "{pairs}");
    }

    #[test]
    fn a_wall_is_met_when_the_circle_touches_it() {
        let scene = scene(vec![disc(Size::Small, 121, 128)]);
        let motion = Motion::new(&scene, &[[-100, 0]]);
        // 121 - 21 quarter pixels at 100 a second.
        let expected = Collision { tick: TICKS_PER_SECOND, object: 0, with: Obstacle::Wall(Wall::Left) };
        assert_eq!(motion.collisions, [expected]);
        assert_eq!((motion.frame(&scene, 8).objects[0].x, motion.frame(&scene, 12).objects[0].x), (21, 71));
    }

    #[test]
    fn equal_discs_that_meet_head_on_exchange_their_velocities() {
        let scene = scene(vec![disc(Size::Medium, 60, 128), disc(Size::Medium, 180, 128)]);
        let motion = Motion::new(&scene, &[[80, 0], [0, 0]]);
        // 120 apart, touching at 0.9 * 62 = 55.8.
        let [first, ..] = motion.collisions[..] else { panic!("{motion:?}") };
        assert!((first.seconds() - (120.0 - 55.8) / 80.0).abs() < 2e-6, "{first:?}");
        assert_eq!((first.object, first.with), (0, Obstacle::Object(1)));
        assert_eq!((motion.legs[0][1].speed(), motion.legs[1][1].speed()), (0.0, 80.0));
        assert!(motion.moves(1));
    }

    #[test]
    fn no_two_objects_of_a_drawn_scene_are_ever_nearer_than_they_may() {
        for index in 0..300 {
            let scene = splits::scene(Split::Test, 4, index);
            let motion = Motion::draw(&scene, &mut Rng::new(Split::Test, 4, index, Stream::Motion));
            assert!(motion.collisions.len() < MOST_COLLISIONS / 2);
            for tick in (0..DURATION).step_by(DURATION as usize / 300) {
                for b in 0..scene.objects.len() {
                    for a in 0..b {
                        let at = |object: usize| motion.leg(object, tick).at(tick);
                        let [x, y] = [0, 1].map(|axis| (at(a)[axis] - at(b)[axis]) as f64 / UNIT as f64);
                        let reach =
                            0.9 * f64::from(scene.objects[a].size.radius() + scene.objects[b].size.radius());
                        assert!((x * x + y * y).sqrt() > reach - 0.01, "{index} {a} {b} {tick}");
                    }
                }
            }
        }
    }

    #[test]
    fn scenes_made_by_hand_end_too() {
        let heap = scene(vec![
            disc(Size::Large, 0, 0),
            disc(Size::Large, 10, 0),
            disc(Size::Large, 0, 10),
            disc(Size::Small, 256, 256),
        ]);
        let motion = Motion::new(&heap, &[[-200, -200], [-200, 10], [0, -200], [200, 200]]);
        assert!(motion.collisions.len() <= MOST_COLLISIONS);
        assert!(motion.collisions.is_sorted_by_key(|collision| collision.tick));
        let twins = scene(vec![disc(Size::Large, 128, 128); 2]);
        assert_eq!(Motion::new(&twins, &[[0, 0]; 2]).collisions, []);
        let strays = scene(vec![
            disc(Size::Large, 300, -20_000),
            disc(Size::Small, 0, 0),
            disc(Size::Small, 200, 900),
        ]);
        let motion = Motion::new(&strays, &[[i16::MAX, i16::MIN], [i16::MIN, i16::MAX], [-300, -300]]);
        assert_eq!(motion.legs[0][0].speed(), f32::from(FASTEST) * 2f32.sqrt());
        for frame in 0..super::super::FRAMES {
            assert_eq!(motion.frame(&strays, frame).objects.len(), 3);
        }
    }
}
