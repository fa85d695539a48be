mod hearing;
mod levels;
mod timing;

use super::*;
use crate::world::{Background, Colour, Object, Shape, Size, Split, Stream, Texture, splits};

/// A drawn scene, its motion and its sound.
fn clip(index: u64) -> (Scene, Motion, Sound) {
    let scene = splits::scene(Split::Train, 5, index);
    let stream = |stream| Rng::new(Split::Train, 5, index, stream);
    let motion = Motion::draw(&scene, &mut stream(Stream::Motion));
    let sound = Sound::draw(&scene, &motion, &mut stream(Stream::Ambience), &mut stream(Stream::Noise));
    (scene, motion, sound)
}

/// The sound of a scene made by hand, with the background of the number `seed`.
fn heard(scene: &Scene, velocities: &[[i16; 2]], seed: u64) -> Sound {
    let motion = Motion::new(scene, velocities);
    Sound::draw(scene, &motion, &mut Rng::from_seed(seed), &mut Rng::from_seed(!seed))
}

fn scene(objects: Vec<Object>) -> Scene {
    Scene { objects, background: Background::Paper, noise: 0 }
}

fn object(shape: Shape, size: Size, texture: Texture, [x, y]: [i16; 2]) -> Object {
    Object { shape, colour: Colour::Red, size, texture, x, y, tilt: 0 }
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / samples.len() as f64
}

#[test]
fn each_source_depends_on_its_own_stream() {
    let (scene, motion, sound) = clip(3);
    let draw = |ambience, noise| {
        Sound::draw(&scene, &motion, &mut Rng::from_seed(ambience), &mut Rng::from_seed(noise))
    };
    let [first, again, ambience, noise] = [draw(1, 2), draw(1, 2), draw(3, 2), draw(1, 3)];
    assert_eq!(first, again);
    assert!(ambience.ambience != first.ambience && ambience.noise == first.noise);
    assert!(noise.ambience == first.ambience && noise.noise != first.noise);
    assert!([first, ambience, noise].iter().all(|other| other.stems == sound.stems));
}

#[test]
fn colour_place_and_tilt_are_inaudible() {
    for index in 0..20 {
        let (mut other, motion, sound) = clip(index);
        let colours = Colour::ALL.into_iter().cycle().skip(index as usize);
        for (object, colour) in other.objects.iter_mut().zip(colours) {
            (object.colour, object.tilt) = (colour, -object.tilt);
        }
        let stream = |stream| Rng::new(Split::Train, 5, index, stream);
        let recoloured =
            Sound::draw(&other, &motion, &mut stream(Stream::Ambience), &mut stream(Stream::Noise));
        assert_eq!(recoloured, sound);
    }
    // As far from the wall that it meets.
    let lone = |y| scene(vec![object(Shape::Star, Size::Small, Texture::Dotted, [60, y])]);
    assert_eq!(heard(&lone(60), &[[-50, 0]], 1), heard(&lone(190), &[[-50, 0]], 1));
}

#[test]
fn what_stays_still_is_silent() {
    let pair = scene(vec![
        object(Shape::Star, Size::Large, Texture::Solid, [60, 60]),
        object(Shape::Ring, Size::Small, Texture::Striped, [60, 200]),
    ]);
    let sound = heard(&pair, &[[0, 0], [-40, 0]], 4);
    assert!(sound.stems[0].iter().all(|&sample| sample == 0.0));
    assert!(power(&sound.stems[1]) > 0.0);
    let mut silent = 0;
    for index in 0..200 {
        let (_, motion, sound) = clip(index);
        for (object, stem) in sound.stems.iter().enumerate() {
            assert_eq!(stem.iter().all(|&sample| sample == 0.0), !motion.moves(object), "{index} {object}");
            silent += usize::from(!motion.moves(object));
        }
    }
    assert!(silent > 20, "{silent}");
}

#[test]
fn an_object_that_comes_to_rest_falls_silent() {
    let pair = scene(vec![
        object(Shape::Circle, Size::Medium, Texture::Solid, [60, 128]),
        object(Shape::Circle, Size::Medium, Texture::Solid, [180, 128]),
    ]);
    let sound = heard(&pair, &[[80, 0], [0, 0]], 0);
    let at = sample_at(Motion::new(&pair, &[[80, 0], [0, 0]]).collisions[0].tick);
    assert!(sound.stems[1][..at].iter().all(|&sample| sample == 0.0));
    assert!(sound.stems[0][at + 4_000..at + 8_000].iter().all(|&sample| sample == 0.0));
    assert!(power(&sound.stems[1][at + 4_000..at + 8_000]) > 1e-5);
}

#[test]
fn drones_rise_and_fade_without_a_click() {
    let pair = scene(vec![
        object(Shape::Circle, Size::Medium, Texture::Solid, [60, 128]),
        object(Shape::Circle, Size::Medium, Texture::Solid, [180, 128]),
    ]);
    let velocities = [[80, 0], [0, 0]];
    let stem = heard(&pair, &velocities, 0).stems.remove(0);
    assert!(power(&stem[..16]) < 0.01 * power(&stem[1_600..3_200]));
    // The amplitude of the hit is at most 0.16 sqrt(2), and the second difference of a sine `w^2` of its amplitude.
    let curvature = 0.16 * 2f32.sqrt() * (std::f32::consts::TAU * 370.0 / SAMPLE_RATE as f32).powi(2);
    let hit = sample_at(Motion::new(&pair, &velocities).collisions[0].tick);
    let bend = |three: &[f32]| (three[0] - 2.0 * three[1] + three[2]).abs();
    assert!(stem[hit + 1..hit + 4_000].windows(3).all(|three| bend(three) < curvature));
}

#[test]
fn without_objects_there_is_only_the_background() {
    let sound = heard(&scene(Vec::new()), &[], 8);
    assert!(sound.stems.is_empty());
    let sum: Vec<f32> = sound.ambience.iter().zip(&sound.noise).map(|(a, b)| a + b).collect();
    assert_eq!(sound.mix(), sum);
    assert!(power(&sum) > 0.0);
}

#[test]
fn the_mix_is_the_clipped_sum() {
    let (_, _, mut sound) = clip(6);
    sound.stems[0][100] = 3.0;
    sound.stems[0][200] = -3.0;
    let mix = sound.mix();
    for (n, &sample) in mix.iter().enumerate() {
        let stems: f32 = sound.stems.iter().map(|stem| stem[n]).sum();
        let sum = stems + sound.ambience[n] + sound.noise[n];
        assert!((sample - sum.clamp(-1.0, 1.0)).abs() < 1e-6, "{n}: {sample} {sum}");
    }
    assert_eq!([mix[100], mix[200]], [1.0, -1.0]);
}

#[test]
fn scenes_made_by_hand_are_heard_too() {
    let large = |x, y| object(Shape::Star, Size::Large, Texture::Dotted, [x, y]);
    let heap = scene(vec![large(0, 0), large(10, 0), large(0, 10), large(256, 256), large(300, -900)]);
    let fast = [[-200, -200], [-200, 10], [0, -200], [200, 200], [2_000, -3_000]];
    let collisions = Motion::new(&heap, &fast).collisions.len();
    assert!(collisions > 20, "{collisions}");
    let sound = heard(&heap, &fast, 2);
    assert!(sound.stems.iter().flatten().all(|sample| sample.is_finite()));
    let mix = sound.mix();
    assert_eq!(mix.len(), SAMPLES);
    assert!(mix.iter().all(|sample| (-1.0..=1.0).contains(sample)));
}

#[test]
fn a_clip_takes_less_than_ten_milliseconds() {
    let scene = splits::scene_with(Split::Train, 2, 0, 5..=5);
    let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 2, 0, Stream::Motion));
    // The least of several runs: other work on the machine can only add.
    let run = |_| {
        let start = std::time::Instant::now();
        let sound = Sound::draw(&scene, &motion, &mut Rng::from_seed(1), &mut Rng::from_seed(2));
        assert_eq!(sound.mix().len(), SAMPLES);
        start.elapsed()
    };
    let least = (0..50).map(run).min().unwrap();
    assert!(least.as_millis() < 10, "{least:?}");
}
