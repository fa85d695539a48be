//! Softmax along the last axis: `y_i = exp(x_i - max x) / sum_j exp(x_j - max x)`; x, y `[.., N]`.
//! Exponents are clamped to -87 from below, so that masked places (-1e30) get 1e-38 at most.

use super::case::{Case, noise};
use super::fast_math::{self, sum};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        width: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::SOFTMAX];

/// `y[r,i] = exp(x[r,i] - max_j x[r,j]) / sum_j exp(x[r,j] - max_j x[r,j])`; x, y `[R,N]`.
pub static FORWARD: Kernel = Kernel {
    name: "softmax.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "forward", grid: |p| grid_rows(p[0]) }],
    cpu: forward,
    fast: Some(|args: &mut Args| {
        let (x, width) = (args.read[0], args.params::<Params>().width as usize);
        for_rows(args.write[0], width, 8 * width, |r, y| softmax_row(&x[r * width..(r + 1) * width], y));
    }),
};

/// `dx[r,:] += y (dy - y . dy)`, each of row `r`.
pub static BACKWARD: Kernel = Kernel {
    name: "softmax.backward",
    bindings: &[("probabilities", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "backward", grid: |p| grid_rows(p[0]) }],
    cpu: backward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (y, dy, width) = (args.read[0], args.read[1], args.params::<Params>().width as usize);
        for_rows(args.write[0], width, 3 * width, |r, dx| {
            let (y, dy) = (&y[r * width..(r + 1) * width], &dy[r * width..(r + 1) * width]);
            let along = sum([y, dy], |[y, dy]| y * dy);
            for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
                *dx += y * (dy - along);
            }
        });
    })),
};

dispatched! {
    /// Softmax of one row in vectorised f32.
    fn softmax_row<M: MulAdd>(x: &[f32], y: &mut [f32]) {
        let largest = fast_math::max(x);
        y.iter_mut().zip(x).for_each(|(y, x)| *y = fast_math::exp::<M>(x - largest));
        let scale = 1.0 / sum([y], |[e]| e);
        y.iter_mut().for_each(|y| *y *= scale);
    }
}

fn forward(args: &mut Args) {
    let width = args.params::<Params>().width as usize;
    for (x, y) in args.read[0].chunks(width).zip(args.write[0].chunks_mut(width)) {
        let largest = x.iter().fold(x[0], |a, b| a.max(*b)) as f64;
        let e = |x: f32| (x as f64 - largest).max(fast_math::EXP_MIN as f64).exp();
        let total: f64 = x.iter().map(|x| e(*x)).sum();
        y.iter_mut().zip(x).for_each(|(y, x)| *y = (e(*x) / total) as f32);
    }
}

/// `dx += y (dy - y . dy)`
fn backward(args: &mut Args) {
    let width = args.params::<Params>().width as usize;
    let rows = args.read[0].chunks(width).zip(args.read[1].chunks(width));
    for ((y, dy), dx) in rows.zip(args.write[0].chunks_mut(width)) {
        let along: f64 = y.iter().zip(dy).map(|(y, dy)| *y as f64 * *dy as f64).sum();
        for i in 0..width {
            dx[i] += (y[i] as f64 * (dy[i] as f64 - along)) as f32;
        }
    }
}

/// `y[..,N] = softmax(x[..,N])` along the last axis.
pub fn softmax(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let shape = b.shape(x).clone();
    let params = words(&Params { rows: shape.rows() as u32, width: shape.last() as u32 });
    let y = b.temp("softmax", shape);
    b.emit(&FORWARD, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[y, dy, dx], params);
    });
    y
}

/// Awkward widths, large values, and masked places.
pub fn cases() -> Vec<Case> {
    let case =
        |name: &str, x: HostTensor| Case::new(format!("softmax {name}"), vec![x], |b, s| softmax(b, s[0]));
    let masked = [0.5, -1e30, 1.5, -1e30, -1e30, -1e30].to_vec();
    vec![
        case("[2,5]", noise(&[2, 5], 2.0, 90)).differentiable(),
        case("[3,1]", noise(&[3, 1], 1.0, 91)),
        case("[64,63]", noise(&[64, 63], 5.0, 92)),
        case("[3,65,64]", noise(&[3, 65, 64], 5.0, 93)),
        case("[65,257] large", noise(&[65, 257], 1e4, 94)),
        case("[2,3] masked", HostTensor::f32([2, 3], masked)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_normalises_and_ignores_an_offset() {
        let (x, mut y) = ([0.0, 3f32.ln(), 1e4, 1e4], [0.0; 4]);
        let params = words(&Params { rows: 2, width: 2 });
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert!((y[0] - 0.25).abs() < 1e-7 && (y[1] - 0.75).abs() < 1e-7, "{y:?}");
        assert_eq!(y[2..], [0.5, 0.5]);
    }
}
