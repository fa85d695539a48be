//! The same motion seen from another moment: what comes after a clip's end, and what led to its beginning.

use super::physics::Bodies;
use super::{Collision, DURATION, Leg, MOST_SHIFTED, Motion};
use crate::world::scene::Scene;

impl Motion {
    /// The motion of `scene` as it is from `ticks` after the beginning on, or before it where negative, at most a second. Elastic
    /// physics runs backwards as well: what led to a scene is what follows from it with every velocity reversed.
    ///
    /// # Panics
    /// If it is more than a second.
    pub fn shifted(&self, scene: &Scene, ticks: i32) -> Motion {
        assert!(ticks.unsigned_abs() <= MOST_SHIFTED, "{ticks} ticks");
        let run = |sign: i16, duration: u32| {
            let velocities = self.velocities().into_iter().map(|v| v.map(|along| sign * along));
            Bodies::new(&scene.objects, &velocities.collect::<Vec<_>>()).run(duration)
        };
        match u32::try_from(ticks) {
            Ok(ticks) => run(1, DURATION + ticks).from(ticks),
            Err(_) => {
                let before = ticks.unsigned_abs();
                run(-1, before).reversed(before).then(self, before)
            }
        }
    }

    /// From a tick on.
    fn from(self, tick: u32) -> Motion {
        let cut = |legs: Vec<Leg>| -> Vec<Leg> {
            let first = legs.partition_point(|leg| leg.start <= tick) - 1;
            let begun = Leg { start: tick, from: legs[first].at(tick), ..legs[first] };
            let rest = std::iter::once(begun).chain(legs[first + 1..].iter().copied());
            rest.map(|leg| Leg { start: leg.start - tick, ..leg }).collect()
        };
        let later = self.collisions.into_iter().filter(|collision| collision.tick > tick);
        Motion {
            legs: self.legs.into_iter().map(cut).collect(),
            collisions: later.map(|one| Collision { tick: one.tick - tick, ..one }).collect(),
        }
    }

    /// The first `duration` ticks backwards.
    fn reversed(self, duration: u32) -> Motion {
        let back = |legs: Vec<Leg>| -> Vec<Leg> {
            let ends = legs.iter().skip(1).map(|leg| leg.start).chain([duration]);
            let turned = legs.iter().zip(ends).map(|(leg, end)| Leg {
                start: duration - end,
                from: leg.at(end),
                velocity: leg.velocity.map(|along| -along),
            });
            let mut legs: Vec<Leg> = turned.collect();
            legs.reverse();
            legs
        };
        let collisions = self.collisions.into_iter().rev();
        Motion {
            legs: self.legs.into_iter().map(back).collect(),
            collisions: collisions.map(|one| Collision { tick: duration - one.tick, ..one }).collect(),
        }
    }

    /// These `shift` ticks, then as much of `next`, which goes on with each object's last leg, as makes a clip.
    fn then(mut self, next: &Motion, shift: u32) -> Motion {
        for (legs, next) in self.legs.iter_mut().zip(&next.legs) {
            let later = next[1..].iter().map(|leg| Leg { start: leg.start + shift, ..*leg });
            legs.extend(later.filter(|leg| leg.start < DURATION));
        }
        let later = next.collisions.iter().map(|one| Collision { tick: one.tick + shift, ..*one });
        self.collisions.extend(later.filter(|one| one.tick < DURATION));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::motion::{FRAMES, TICKS_PER_FRAME};
    use crate::world::{Clip, Split};

    #[test]
    fn a_shifted_motion_is_the_same_seen_from_another_moment() {
        for index in 0..200 {
            let Clip { scene, motion, .. } = Clip::draw(Split::Test, 3, index);
            assert_eq!(motion.shifted(&scene, 0), motion);
            for frames in [-8_i32, -3, 1, 8] {
                let ticks = frames * TICKS_PER_FRAME as i32;
                let shifted = motion.shifted(&scene, ticks);
                for object in 0..scene.objects.len() {
                    for frame in 0..FRAMES as i32 {
                        if !(0..FRAMES as i32).contains(&(frame + frames)) {
                            continue;
                        }
                        let tick = |frame: i32| frame as u32 * TICKS_PER_FRAME;
                        let (own, same) = (tick(frame + frames), tick(frame));
                        let places = [motion.leg(object, own).at(own), shifted.leg(object, same).at(same)];
                        let apart = (0..2).map(|axis| (places[0][axis] - places[1][axis]).abs()).max();
                        // A leg that is cut begins at a rounded place.
                        assert!(apart <= Some(4), "{index} {frames} {frame}: {places:?}");
                    }
                }
                // What happens in both; at the first tick it has happened.
                let both = |tick: i64| {
                    [tick, tick + i64::from(ticks)].iter().all(|at| (1..i64::from(DURATION)).contains(at))
                };
                let ticks_of = |motion: &Motion, back: i64| -> Vec<i64> {
                    let all = motion.collisions.iter().map(|one| i64::from(one.tick) - back);
                    all.filter(|&tick| both(tick)).collect()
                };
                let (own, found) = (ticks_of(&motion, ticks.into()), ticks_of(&shifted, 0));
                assert_eq!(own, found, "{index} {frames}");
            }
        }
    }

    #[test]
    fn what_led_to_a_scene_goes_on_into_it() {
        let mut before = 0;
        for index in 0..200 {
            let Clip { scene, motion, .. } = Clip::draw(Split::Test, 4, index);
            let shifted = motion.shifted(&scene, -(MOST_SHIFTED as i32));
            before += shifted.collisions.iter().filter(|one| one.tick < MOST_SHIFTED).count();
            for (legs, own) in shifted.legs.iter().zip(&motion.legs) {
                assert!(legs.is_sorted_by_key(|leg| leg.start) && legs[0].start == 0);
                for pair in legs.windows(2) {
                    let [end, begin] = [0, 1].map(|i| pair[i].at(pair[1].start));
                    assert!((0..2).all(|axis| (end[axis] - begin[axis]).abs() <= 4), "{index} {pair:?}");
                }
                let at = &legs[legs.partition_point(|leg| leg.start <= MOST_SHIFTED) - 1];
                assert_eq!(at.velocity, own[0].velocity);
            }
        }
        assert!(before > 100, "{before}");
    }

    #[test]
    #[should_panic(expected = "ticks")]
    fn more_than_a_second_is_refused() {
        let Clip { scene, motion, .. } = Clip::draw(Split::Test, 3, 1);
        motion.shifted(&scene, MOST_SHIFTED as i32 + 1);
    }
}
