//! When hits begin.

use super::*;

/// 5 ms.
const TOLERANCE: usize = SAMPLE_RATE as usize / 200;

/// Samples of 150 ms: hits that lie further apart are told from each other.
const APART: usize = 3 * SAMPLE_RATE as usize / 20;

/// The first sample at which the energy of the next 5 ms exceeds that of the last 5 ms by half as much as it ever does.
fn onset(samples: &[f32]) -> usize {
    let rises: Vec<f64> = samples
        .windows(2 * TOLERANCE)
        .map(|window| power(&window[TOLERANCE..]) - power(&window[..TOLERANCE]))
        .collect();
    let most = rises.iter().copied().fold(0.0, f64::max);
    TOLERANCE + rises.iter().position(|&rise| rise >= most / 2.0).unwrap()
}

/// Holds every hit that is far from the others to its onset, and counts them.
fn check(samples: &[f32], hits: &[usize], whose: &str) -> usize {
    let mut found = 0;
    for (index, &hit) in hits.iter().enumerate() {
        let is_apart = |other: Option<&usize>| other.is_none_or(|&other| other.abs_diff(hit) >= APART);
        let before = index.checked_sub(1).and_then(|index| hits.get(index));
        let around = hit.saturating_sub(APART / 2)..hit + APART / 2;
        if is_apart(before) && is_apart(hits.get(index + 1)) && around.end <= SAMPLES && hit > 2 * TOLERANCE {
            let onset = around.start + onset(&samples[around]);
            assert!(onset.abs_diff(hit) < TOLERANCE, "{whose}: a hit at {hit}, found {onset}");
            found += 1;
        }
    }
    found
}

#[test]
fn hits_are_heard_when_they_happen() {
    let (mut in_stems, mut in_mixes) = (0, 0);
    for index in 0..300 {
        let (scene, motion, sound) = clip(index);
        // 2^20 ticks and 16,000 samples a second.
        let sample = |tick: u32| (f64::from(tick) / 65.536).ceil() as usize;
        let hits: Vec<usize> = motion.collisions.iter().map(|collision| sample(collision.tick)).collect();
        in_mixes += check(&sound.mix(), &hits, &format!("mix {index}"));
        for (object, stem) in sound.stems.iter().enumerate() {
            let hits: Vec<usize> = motion.legs[object].iter().skip(1).map(|leg| sample(leg.start)).collect();
            in_stems += check(stem, &hits, &format!("clip {index}, {:?}", scene.objects[object]));
        }
    }
    assert!(in_stems > 200 && in_mixes > 100, "{in_stems} {in_mixes}");
}

#[test]
fn a_hit_begins_with_the_first_sample_at_or_after_its_tick() {
    assert_eq!([0, 1, 65, 66, TICKS_PER_SECOND].map(sample_at), [0, 1, 1, 2, 16_000]);
    assert_eq!(sample_at(SECONDS * TICKS_PER_SECOND - 1), SAMPLES);
    // A hundred quarter pixels before the wall, at a hundred a second, and nearly so.
    let scene = scene(vec![object(Shape::Cross, Size::Small, Texture::Solid, [121, 128])]);
    let stems = [-100, -99].map(|speed| heard(&scene, &[[speed, 0]], 0).stems.remove(0));
    let hit = stems[0].iter().zip(&stems[1]).position(|(hit, drone)| (hit - drone).abs() > 0.01);
    assert!((16_000..16_004).contains(&hit.unwrap()), "{hit:?}");
}
