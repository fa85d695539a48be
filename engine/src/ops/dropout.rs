//! Dropout (Srivastava et al. 2014, inverted): `y_i = m_i x_i / (1 - p)` with `m_i` 0 with probability p, else 1.
//! The mask is a hash of (seed, site, i), so that backward makes it again and equal seeds give equal masks.

use super::case::{Case, noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::{DType, HostTensor};
use triptych_shaders as wgsl;

params! {
    struct Params {
        count: u32,
        /// Differs between the places of a plan that drop.
        salt: u32,
        /// `p 2^32`
        threshold: u32,
        /// `1 / (1 - p)`
        factor: f32,
    }
}

impl Params {
    #[inline(always)]
    fn factor(&self, seed: u32, i: usize) -> f32 {
        let bits = mix(mix(i as u32 ^ self.salt).wrapping_add(seed));
        if bits >= self.threshold { self.factor } else { 0.0 }
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::DROPOUT];

/// Elements per parallel piece of the fast forms.
const PIECE: usize = 4096;

/// `y[i] = m[i] x[i]`; the mask `m[i]` is `1 / (1 - p)`, or 0 with probability p.
pub static FORWARD: Kernel = Kernel {
    name: "dropout.forward",
    bindings: &[("seed", Access::Read), ("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: forward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (p, seed, x): (Params, _, _) = (args.params(), args.ids(0)[0], args.read[1]);
        for_rows(args.write[0], PIECE, 4 * PIECE, |piece, y| {
            let start = piece * PIECE;
            let places = y.iter_mut().zip(&x[start..]).enumerate();
            places.for_each(|(i, (y, x))| *y = p.factor(seed, start + i) * x);
        });
    })),
};

/// `dx[i] += m[i] dy[i]`, the mask made again.
pub static BACKWARD: Kernel = Kernel {
    name: "dropout.backward",
    bindings: &[("seed", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "backward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        let (p, seed, dy): (Params, _, _) = (args.params(), args.ids(0)[0], args.read[1]);
        for (i, (dx, dy)) in args.write[0].iter_mut().zip(dy).enumerate() {
            *dx += p.factor(seed, i) * dy;
        }
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let (p, seed, dy): (Params, _, _) = (args.params(), args.ids(0)[0], args.read[1]);
        for_rows(args.write[0], PIECE, 4 * PIECE, |piece, dx| {
            let start = piece * PIECE;
            let places = dx.iter_mut().zip(&dy[start..]).enumerate();
            places.for_each(|(i, (dx, dy))| *dx += p.factor(seed, start + i) * dy);
        });
    })),
};

/// Integer hash "lowbias32" (C. Wellons, hash-prospector).
#[inline(always)]
fn mix(mut v: u32) -> u32 {
    v = (v ^ (v >> 16)).wrapping_mul(0x7feb_352d);
    v = (v ^ (v >> 15)).wrapping_mul(0x846c_a68b);
    v ^ (v >> 16)
}

fn forward(args: &mut Args) {
    let (p, seed, x): (Params, _, _) = (args.params(), args.ids(0)[0], args.read[1]);
    for (i, (y, x)) in args.write[0].iter_mut().zip(x).enumerate() {
        *y = p.factor(seed, i) * x;
    }
}

/// `y[..] = m[..] x[..]`.
///
/// In training, `x` with a share `p` in 0..1 of its elements set to 0 and the others scaled to keep the mean; `seed`
/// is a u32 `[1]` to be changed every step. In inference, `x` itself.
pub fn dropout(b: &mut PlanBuilder, x: SlotId, p: f32, seed: SlotId) -> SlotId {
    if b.is_training() && p > 0.0 { masked(b, x, p, seed) } else { x }
}

/// `y[..] = m[..] x[..]`, `m` being 0 with probability `p` and else `1 / (1 - p)`.
fn masked(b: &mut PlanBuilder, x: SlotId, p: f32, seed: SlotId) -> SlotId {
    assert!((0.0..1.0).contains(&p), "dropout: probability {p}");
    assert_eq!(b.dtype(seed), DType::U32, "dropout: the seed is u32");
    let shape = b.shape(x).clone();
    let count = shape.numel() as u32;
    let y = b.temp("dropout", shape);
    let threshold = (p as f64 * (1u64 << 32) as f64) as u32;
    let params = words(&Params { count, salt: mix(y.index() as u32), threshold, factor: 1.0 / (1.0 - p) });
    b.emit(&FORWARD, &[seed, x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[seed, dy, dx], params);
    });
    y
}

/// Small and large shares, on shapes that the workgroups do not divide.
pub fn cases() -> Vec<Case> {
    let case = |shape: &[usize], p: f32| {
        let inputs = vec![noise(shape, 1.0, 120), HostTensor::u32([1], vec![7])];
        Case::new(format!("dropout {shape:?} {p}"), inputs, move |b, s| masked(b, s[0], p, s[1]))
    };
    vec![case(&[3, 5], 0.4).differentiable(), case(&[1], 0.5), case(&[65, 257], 0.1), case(&[63, 64], 0.9)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dropout of a thousand ones.
    fn ones(salt: u32, seed: u32) -> Vec<f32> {
        let params = words(&Params { count: 1000, salt, threshold: 1 << 30, factor: 4.0 / 3.0 });
        let (seed, x, mut y) = ([f32::from_bits(seed)], [1.0; 1000], vec![0.0; 1000]);
        forward(&mut Args { params: &params, read: vec![&seed, &x], write: vec![&mut y] });
        y
    }

    #[test]
    fn mask_has_its_share_and_follows_seed_and_site() {
        let y = ones(1, 1);
        let kept = y.iter().filter(|y| **y == 4.0 / 3.0).count();
        // 750 expected, standard deviation 14
        assert!((690..810).contains(&kept), "{kept}");
        assert_eq!(kept + y.iter().filter(|y| **y == 0.0).count(), 1000);
        assert_eq!(y, ones(1, 1));
        assert!(y != ones(1, 2) && y != ones(2, 1));
    }

    #[test]
    fn inference_emits_nothing() {
        let mut b = PlanBuilder::new();
        let (x, seed) = (b.input("x", [3], DType::F32), b.input("seed", [1], DType::U32));
        assert_eq!(dropout(&mut b, x, 0.5, seed), x);
        assert!(b.finish().steps.is_empty());
    }
}
