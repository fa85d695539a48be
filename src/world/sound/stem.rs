//! What one object adds to the sound: a hit with each of its collisions, and a drone while it moves.
//!
//! With every leg the waveform begins anew, so that a hit and the drone behind it are in phase, while that of the leg before fades
//! out.

use super::timbre::waveform;
use super::{SAMPLE_RATE, SAMPLES, modulation, sample_at};
use crate::world::motion::Leg;
use crate::world::scene::Object;

/// Samples of a hit, 250 ms.
pub(super) const HIT: usize = SAMPLE_RATE as usize / 4;

/// `exp(-1 / 1600)`, what a hit keeps of its amplitude from sample to sample: it falls to `1/e` in 100 ms.
const DECAY: f32 = 0.999_375_2;

/// RMS at which the softest and the hardest hit begin.
pub(super) const HIT_LEVELS: [f32; 2] = [0.08, 0.16];

/// Change of velocity, in quarter pixels a second, at which a hit lies halfway between them.
const HIT_SPEED: f32 = 128.0;

/// RMS of the drone of an object of boundless speed.
const DRONE_LEVEL: f32 = 0.024;

/// Speed, in quarter pixels a second, at which the drone has half of it.
const DRONE_SPEED: f32 = 8.0;

/// Samples in which a drone rises and in which a leg fades out, 10 ms: it does not click.
const FADE: usize = SAMPLE_RATE as usize / 100;

/// [`SAMPLES`] samples of an object by its legs.
pub(super) fn stem(object: &Object, legs: &[Leg]) -> Vec<f32> {
    let mut stem = vec![0.0; SAMPLES];
    if legs.iter().all(|leg| leg.speed() == 0.0) {
        return stem;
    }
    let mut wave = waveform(object.shape, object.size, SAMPLES);
    modulation::modulate(object.texture, &mut wave);
    let decay = decay();
    for (index, leg) in legs.iter().enumerate() {
        let hit = if index == 0 { 0.0 } else { hit_level(change(&legs[index - 1], leg)) };
        let drone = drone_level(leg.speed());
        let from = sample_at(leg.start);
        let to = legs.get(index + 1).map_or(SAMPLES, |next| sample_at(next.start));
        let end = (to + FADE).min(SAMPLES);
        for (n, sample) in stem[from..end].iter_mut().enumerate() {
            let level = hit * decay.get(n).unwrap_or(&0.0) + drone * ramp(n);
            *sample += wave[n] * level * (1.0 - ramp((from + n).saturating_sub(to)));
        }
    }
    stem
}

/// The envelope of a hit: it falls exponentially, and to exactly 0 at its end.
pub(super) fn decay() -> Vec<f32> {
    let mut exponential = 1.0;
    let next = |n| {
        let level = exponential * (HIT - n) as f32 / HIT as f32;
        exponential *= DECAY;
        level
    };
    (0..HIT).map(next).collect()
}

/// From 0 to 1 in [`FADE`] samples.
fn ramp(n: usize) -> f32 {
    n.min(FADE) as f32 / FADE as f32
}

/// The change of velocity from one leg to the next, in quarter pixels a second.
fn change(before: &Leg, after: &Leg) -> f32 {
    let ([x, y], [u, v]) = (before.velocity(), after.velocity());
    ((u - x) * (u - x) + (v - y) * (v - y)).sqrt()
}

fn hit_level(change: f32) -> f32 {
    let [soft, hard] = HIT_LEVELS;
    soft + (hard - soft) * change / (change + HIT_SPEED)
}

fn drone_level(speed: f32) -> f32 {
    DRONE_LEVEL * speed / (speed + DRONE_SPEED)
}
