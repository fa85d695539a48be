//! Unit vectors along the last axis: `y = x / max(|x|, 1e-12)`; x, y `[.., D]`. As `torch.nn.functional.normalize`.

use super::case::{Case, noise};
use super::fast_math::sum;
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

const SMALLEST: f32 = 1e-12;

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::L2_NORMALIZE];

/// `y[r,:] = x[r,:] / max(|x[r,:]|, 1e-12)`; x, y `[R,D]`.
pub static FORWARD: Kernel = Kernel {
    name: "l2_normalize.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "forward", grid: |p| grid_rows(p[0]) }],
    cpu: forward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (x, width) = (args.read[0], args.params::<Params>().width as usize);
        for_rows(args.write[0], width, 2 * width, |r, y| {
            let x = &x[r * width..(r + 1) * width];
            let norm = sum([x], |[v]| v * v).sqrt().max(SMALLEST);
            y.iter_mut().zip(x).for_each(|(y, x)| *y = x / norm);
        });
    })),
};

/// `dx[r,:] += (dy - y (y . dy)) / |x|`, each of row `r`.
pub static BACKWARD: Kernel = Kernel {
    name: "l2_normalize.backward",
    bindings: &[("x", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "backward", grid: |p| grid_rows(p[0]) }],
    cpu: backward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (x, dy, width) = (args.read[0], args.read[1], args.params::<Params>().width as usize);
        for_rows(args.write[0], width, 4 * width, |r, dx| {
            let (x, dy) = (&x[r * width..(r + 1) * width], &dy[r * width..(r + 1) * width]);
            let norm = sum([x], |[v]| v * v).sqrt();
            let along = if norm > SMALLEST { sum([x, dy], |[x, dy]| x * dy) / norm / norm } else { 0.0 };
            let scale = 1.0 / norm.max(SMALLEST);
            for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
                *dx += (dy - x * along) * scale;
            }
        });
    })),
};

fn norm(x: &[f32]) -> f64 {
    x.iter().map(|v| (*v as f64).powi(2)).sum::<f64>().sqrt()
}

fn forward(args: &mut Args) {
    let width = args.params::<Params>().width as usize;
    for (x, y) in args.read[0].chunks(width).zip(args.write[0].chunks_mut(width)) {
        let norm = norm(x).max(SMALLEST as f64);
        y.iter_mut().zip(x).for_each(|(y, x)| *y = (*x as f64 / norm) as f32);
    }
}

/// `dx += (dy - y (y . dy)) / |x|`; below the smallest norm y is linear in x: `dx += dy / 1e-12`.
fn backward(args: &mut Args) {
    let width = args.params::<Params>().width as usize;
    let rows = args.read[0].chunks(width).zip(args.read[1].chunks(width));
    for ((x, dy), dx) in rows.zip(args.write[0].chunks_mut(width)) {
        let norm = norm(x);
        let along = x.iter().zip(dy).map(|(x, dy)| *x as f64 * *dy as f64).sum::<f64>() / norm;
        for i in 0..width {
            dx[i] += if norm > SMALLEST as f64 {
                ((dy[i] as f64 - x[i] as f64 / norm * along) / norm) as f32
            } else {
                dy[i] / SMALLEST
            };
        }
    }
}

/// `y[..,D] = x[..,D] / max(|x|, 1e-12)`, the norm along the last axis.
pub fn l2_normalize(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let shape = b.shape(x).clone();
    let params = words(&Params { rows: shape.rows() as u32, width: shape.last() as u32 });
    let y = b.temp("l2_normalize", shape);
    b.emit(&FORWARD, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[x, dy, dx], params);
    });
    y
}

/// Awkward widths, large values, and rows of zeros.
pub fn cases() -> Vec<Case> {
    let case = |name: &str, x: HostTensor| {
        Case::new(format!("l2_normalize {name}"), vec![x], |b, s| l2_normalize(b, s[0]))
    };
    vec![
        case("[2,5]", noise(&[2, 5], 2.0, 20)).differentiable(),
        case("[1]", noise(&[1], 1.0, 21)),
        case("[65,63]", noise(&[65, 63], 1.0, 22)),
        case("[3,2,257] large", noise(&[3, 2, 257], 1e4, 23)),
        case("[2,64] zeros", HostTensor::zeros([2, 64])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_gives_unit_rows_and_keeps_zeros() {
        let (x, mut y) = ([3.0, 4.0, 0.0, 0.0], [1.0; 4]);
        let params = words(&Params { rows: 2, width: 2 });
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [0.6, 0.8, 0.0, 0.0]);
    }

    #[test]
    fn gradient_is_orthogonal_to_the_row() {
        let (x, dy, mut dx) = ([3.0, 4.0], [1.0, 0.0], [10.0, 10.0]);
        let params = words(&Params { rows: 1, width: 2 });
        backward(&mut Args { params: &params, read: vec![&x, &dy], write: vec![&mut dx] });
        // (dy - y (y . dy)) / 5 = (1 - 0.36, -0.48) / 5, added to what was there
        assert!((dx[0] - 10.128).abs() < 1e-5 && (dx[1] - 9.904).abs() < 1e-5, "{dx:?}");
    }
}
