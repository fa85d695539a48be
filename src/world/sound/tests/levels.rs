//! How loud the sources are.

use super::*;

/// Samples of 50 ms.
const START: usize = SAMPLE_RATE as usize / 20;

/// Samples of a hit.
const HIT: usize = SAMPLE_RATE as usize / 4;

/// Power of the first 50 ms of each hit of an object, and of its drone on each leg behind its hit, at the speed of a drawn pace.
fn hits_and_drones(motion: &Motion, object: usize, stem: &[f32]) -> [Vec<f64>; 2] {
    let legs = &motion.legs[object];
    let [mut hits, mut drones] = [vec![], vec![]];
    for (index, leg) in legs.iter().enumerate() {
        let from = sample_at(leg.start);
        let to = legs.get(index + 1).map_or(SAMPLES, |next| sample_at(next.start));
        if index > 0 && from + START <= to {
            hits.push(power(&stem[from..from + START]));
        }
        if leg.speed() >= 16.0 && from + HIT + 2 * START <= to {
            drones.push(power(&stem[from + HIT..to]));
        }
    }
    [hits, drones]
}

fn decibels(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

#[test]
fn noise_has_the_power_that_its_ratio_says_and_silence_stays_silent() {
    let (_, _, sound) = clip(3);
    let wanted = sound.mix_of(|source| matches!(source, Source::Object(_)));
    for ratio in [-5_i8, 0, 10, 20] {
        let noisy = with_noise(&wanted, ratio, &mut Rng::from_seed(4));
        let noise: Vec<f32> = noisy.iter().zip(&wanted).map(|(noisy, wanted)| noisy - wanted).collect();
        let found = decibels(power(&wanted) / power(&noise));
        assert!((found - f64::from(ratio)).abs() < 0.3, "{found} dB, expected {ratio}");
    }
    assert_eq!(with_noise(&[0.0; 8], -10, &mut Rng::from_seed(4)), [0.0; 8]);
}

#[test]
fn hits_stand_over_drones_and_drones_over_the_background() {
    let (mut counts, mut peaks) = ([0; 2], Vec::new());
    for index in 0..50 {
        let (_, motion, sound) = clip(index);
        let background = power(&sound.ambience) + power(&sound.noise);
        assert!((-57.5..-46.5).contains(&decibels(background)), "{index}: {}", decibels(background));
        for (object, stem) in sound.stems.iter().enumerate() {
            let groups = hits_and_drones(&motion, object, stem);
            for (kind, (powers, least)) in groups.iter().zip([15.0, 3.0]).enumerate() {
                for power in powers {
                    let over = decibels(power / background);
                    assert!(over > least, "clip {index}, object {object}, kind {kind}: {over} dB");
                }
                counts[kind] += powers.len();
            }
        }
        peaks.push(sound.mix().iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs())));
    }
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
    assert!(peaks.iter().all(|&peak| peak < 1.0), "{peaks:?}");
}

#[test]
fn harder_hits_and_faster_objects_are_louder_within_bounds() {
    let scene = scene(vec![object(Shape::Heart, Size::Small, Texture::Solid, [41, 128])]);
    let powers = [12, 40, 128, i16::MAX / 32].map(|speed| {
        let velocities = [[-speed, 0]];
        let stem = heard(&scene, &velocities, 0).stems.remove(0);
        let at = sample_at(Motion::new(&scene, &velocities).collisions[0].tick);
        [power(&stem[at..at + START / 2]), power(&stem[at.saturating_sub(START)..at.max(1)])]
    });
    assert!(powers.windows(2).all(|pair| pair[1][0] > 1.1 * pair[0][0]), "{powers:?}");
    assert!(powers[3][0] < 5.0 * powers[0][0], "{powers:?}");
    assert!(powers[1][1] > 1.1 * powers[0][1] && powers[2][1] > 1.1 * powers[1][1], "{powers:?}");
    assert!(powers[2][1] < 5.0 * powers[0][1], "{powers:?}");
}
