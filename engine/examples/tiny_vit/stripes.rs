//! The task: pictures of stripes, to be sorted by their direction.

use std::f32::consts::TAU;

use triptych_engine::rng::SplitMix64;
use triptych_engine::tensor::HostTensor;

/// Side of a picture in pixels, `S`.
pub(crate) const SIDE: usize = 12;
/// Across the stripes of each class.
pub(crate) const DIRECTIONS: [[f32; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [0.7, 0.7], [0.7, -0.7]];

/// Classes `[B]`, and pictures `[B,1,S,S]` of waves in their directions, of any length and phase, with some noise.
pub(crate) fn batch(random: &mut SplitMix64, count: usize) -> (Vec<u32>, HostTensor) {
    let classes: Vec<u32> =
        (0..count).map(|_| (random.next_u64() % DIRECTIONS.len() as u64) as u32).collect();
    let mut pixels = Vec::new();
    for class in &classes {
        let [dx, dy] = DIRECTIONS[*class as usize];
        let (frequency, phase) = (1.0 + random.unit() as f32, TAU * random.unit() as f32);
        for at in 0..SIDE * SIDE {
            let wave = (frequency * (dx * (at % SIDE) as f32 + dy * (at / SIDE) as f32) + phase).sin();
            pixels.push(wave + 0.5 * random.unit() as f32 - 0.25);
        }
    }
    (classes, HostTensor::f32([count, 1, SIDE, SIDE], pixels))
}
