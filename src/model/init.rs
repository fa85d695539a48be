//! Initial weights, from a seed and each weight's name and shape.

use crate::rng::{FNV_START, GOLDEN, SplitMix64, fnv1a};
use crate::tensor::{HostTensor, Shape};

/// The initial value of a weight: norms are the identity, biases zero, embeddings normal with deviation 0.02,
/// matrices and convolutions normal with deviation `1/sqrt(inputs)`, projections back into the residual stream a
/// further `1/2` smaller; two-dimensional positions start as sinusoids (Vaswani et al. 2017, section 3.5).
pub fn initial(name: &str, shape: &Shape, seed: u64) -> HostTensor {
    let leaf = name.rsplit('.').next().unwrap_or(name);
    let count = shape.numel();
    if leaf == "logit_scale" {
        return HostTensor::f32(shape, vec![(1.0f32 / 0.07).ln()]);
    }
    if leaf == "bias" {
        return HostTensor::zeros(shape);
    }
    if shape.len() == 1 {
        return HostTensor::f32(shape, vec![1.0; count]);
    }
    if name == "vision.position_embedding" {
        return HostTensor::f32(shape, sinusoids(shape[0], shape[1]));
    }
    let deviation = if leaf.ends_with("embedding") {
        0.02
    } else {
        let inputs: usize = shape[1..].iter().product();
        let residual = name.ends_with("out_proj.weight") || name.ends_with("fc2.weight");
        (if residual { 0.5 } else { 1.0 }) / (inputs as f32).sqrt()
    };
    let mut normal = Normal::new(seed, name);
    HostTensor::f32(shape, (0..count).map(|_| normal.next() * deviation).collect())
}

/// Half of the channels for the row, half for the column, of a square grid of `cells`.
fn sinusoids(cells: usize, width: usize) -> Vec<f32> {
    let side = cells.isqrt();
    let quarter = width / 4;
    let mut values = vec![0.0; cells * width];
    for (cell, row) in values.chunks_mut(width).enumerate() {
        for (half, at) in [(0, cell / side), (1, cell % side)] {
            for i in 0..quarter {
                let angle = at as f64 / 100f64.powf(i as f64 / quarter as f64);
                row[half * 2 * quarter + i] = 0.5 * angle.sin() as f32;
                row[half * 2 * quarter + quarter + i] = 0.5 * angle.cos() as f32;
            }
        }
    }
    values
}

/// Standard normal numbers (Box & Muller 1958) over SplitMix64, one stream per seed and name.
struct Normal(SplitMix64);

impl Normal {
    fn new(seed: u64, name: &str) -> Self {
        // By the name, so that a weight's values do not depend on the others.
        let hash = fnv1a(FNV_START, name.bytes());
        Normal(SplitMix64(seed.wrapping_mul(GOLDEN) ^ hash))
    }

    /// A number in `(0, 1]`.
    fn uniform(&mut self) -> f64 {
        self.0.unit() + 1.0 / (1u64 << 53) as f64
    }

    fn next(&mut self) -> f32 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()) as f32
    }
}
