//! Layer normalisation over the last axis (Ba, Kiros & Hinton 2016):
//! `y = (x - mean) rstd weight + bias`, `rstd = 1 / sqrt(var + eps)`; x, y `[.., D]`, weight, bias `[D]`.

use super::case::{Case, noise};
use super::fast_math::{sum, sum_rows};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        width: u32,
        eps: f32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_QUAD, wgsl::LIB_REDUCE, wgsl::LAYER_NORM];

/// `y[r,:] = (x[r,:] - mean) rstd weight + bias`, `stats[r,:] = [mean, rstd]`; x, y `[R,D]`, weight, bias `[D]`.
pub static FORWARD: Kernel = Kernel {
    name: "layer_norm.forward",
    bindings: &[
        ("x", Access::Read),
        ("weight", Access::Read),
        ("bias", Access::Read),
        ("y", Access::Write),
        ("stats", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[
        Variant {
            name: "serial",
            source: SOURCE,
            entry: "forward_serial",
            grid: |p| grid_rows(p[0].div_ceil(4)),
        },
        Variant { name: "row", source: SOURCE, entry: "forward", grid: |p| grid_rows(p[0]) },
    ],
    cpu: forward,
    fast: Some(fast_forward),
};

/// `dx[r,:] += rstd (g - mean(g) - h mean(g h))` with `g = dy[r,:] weight`, `h = (x[r,:] - mean) rstd`.
pub static BACKWARD_X: Kernel = Kernel {
    name: "layer_norm.backward_x",
    bindings: &[
        ("x", Access::Read),
        ("weight", Access::Read),
        ("x_stats", Access::Read),
        ("x_dy", Access::Read),
        ("dx", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "backward_x", grid: |p| grid_rows(p[0]) }],
    cpu: backward_x,
    fast: Some(fast_backward_x),
};

/// `dweight[i] += sum_r dy[r,i] (x[r,i] - mean) rstd`, `dbias[i] += sum_r dy[r,i]`.
pub static BACKWARD_WEIGHT: Kernel = Kernel {
    name: "layer_norm.backward_weight",
    bindings: &[
        ("x", Access::Read),
        ("w_stats", Access::Read),
        ("w_dy", Access::Read),
        ("dweight", Access::Write),
        ("dbias", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "column",
        source: SOURCE,
        entry: "backward_weight",
        grid: |p| grid_rows(p[1]),
    }],
    cpu: backward_weight,
    fast: Some(fast_backward_weight),
};

fn forward(args: &mut Args) {
    let p: Params = args.params();
    let (x, weight, bias, width) = (args.read[0], args.read[1], args.read[2], p.width as usize);
    for (r, x) in x.chunks(width).enumerate() {
        let mean = x.iter().map(|v| *v as f64).sum::<f64>() / width as f64;
        let var = x.iter().map(|v| (*v as f64 - mean).powi(2)).sum::<f64>() / width as f64;
        let rstd = 1.0 / (var + p.eps as f64).sqrt();
        for i in 0..width {
            let y = (x[i] as f64 - mean) * rstd * weight[i] as f64 + bias[i] as f64;
            args.write[0][r * width + i] = y as f32;
        }
        args.write[1][2 * r] = mean as f32;
        args.write[1][2 * r + 1] = rstd as f32;
    }
}

dispatched! {
    fn fast_forward(args: &mut Args) {
        let p: Params = args.params();
        let (x, weight, bias, width) = (args.read[0], args.read[1], args.read[2], p.width as usize);
        let (y, stats) = args.write.split_at_mut(1);
        for_rows(stats[0], 2, 2 * width, |r, stats| {
            let x = &x[r * width..(r + 1) * width];
            let mean = sum([x], |[v]| v) / width as f32;
            let var = sum([x], |[v]| (v - mean) * (v - mean)) / width as f32;
            stats.copy_from_slice(&[mean, 1.0 / (var + p.eps).sqrt()]);
        });
        let stats = &stats[0];
        for_rows(y[0], width, 2 * width, |r, y| {
            let (x, mean, rstd) = (&x[r * width..(r + 1) * width], stats[2 * r], stats[2 * r + 1]);
            for (((y, x), w), b) in y.iter_mut().zip(x).zip(weight).zip(bias) {
                *y = (x - mean) * rstd * w + b;
            }
        });
    }
}

fn backward_x(args: &mut Args) {
    let width = args.params::<Params>().width as usize;
    let (x, weight, stats, dy) = (args.read[0], args.read[1], args.read[2], args.read[3]);
    for (r, dx) in args.write[0].chunks_mut(width).enumerate() {
        let (mean, rstd) = (stats[2 * r] as f64, stats[2 * r + 1] as f64);
        let g = |i: usize| dy[r * width + i] as f64 * weight[i] as f64;
        let h = |i: usize| (x[r * width + i] as f64 - mean) * rstd;
        let g_mean = (0..width).map(g).sum::<f64>() / width as f64;
        let gh_mean = (0..width).map(|i| g(i) * h(i)).sum::<f64>() / width as f64;
        for (i, dx) in dx.iter_mut().enumerate() {
            *dx += (rstd * (g(i) - g_mean - h(i) * gh_mean)) as f32;
        }
    }
}

dispatched! {
    fn fast_backward_x(args: &mut Args) {
        let width = args.params::<Params>().width as usize;
        let (x, weight, stats, dy) = (args.read[0], args.read[1], args.read[2], args.read[3]);
        for_rows(args.write[0], width, 4 * width, |r, dx| {
            let (mean, rstd, row) = (stats[2 * r], stats[2 * r + 1], r * width..(r + 1) * width);
            let (x, dy) = (&x[row.clone()], &dy[row]);
            let g_mean = sum([dy, weight], |[dy, w]| dy * w) / width as f32;
            let gh_mean = sum([x, dy, weight], |[x, dy, w]| (x - mean) * dy * w) * rstd / width as f32;
            for (((dx, x), dy), w) in dx.iter_mut().zip(x).zip(dy).zip(weight) {
                *dx += rstd * (dy * w - g_mean - (x - mean) * rstd * gh_mean);
            }
        });
    }
}

fn backward_weight(args: &mut Args) {
    let Params { rows, width, .. } = args.params();
    let (x, stats, dy) = (args.read[0], args.read[1], args.read[2]);
    for i in 0..width as usize {
        let (mut dw, mut db) = (0.0, 0.0);
        for r in 0..rows as usize {
            let dy = dy[r * width as usize + i] as f64;
            dw += dy * (x[r * width as usize + i] as f64 - stats[2 * r] as f64) * stats[2 * r + 1] as f64;
            db += dy;
        }
        args.write[0][i] += dw as f32;
        args.write[1][i] += db as f32;
    }
}

dispatched! {
    fn fast_backward_weight(args: &mut Args) {
        let p: Params = args.params();
        let (rows, width) = (p.rows as usize, p.width as usize);
        let (x, stats, dy) = (args.read[0], args.read[1], args.read[2]);
        let mut both = vec![0.0; 2 * width];
        sum_rows(&mut both, rows, |r, acc| {
            let (mean, rstd, row) = (stats[2 * r], stats[2 * r + 1], r * width..(r + 1) * width);
            let (dw, db) = acc.split_at_mut(width);
            for (((dw, db), x), dy) in dw.iter_mut().zip(db).zip(&x[row.clone()]).zip(&dy[row]) {
                *dw += dy * (x - mean) * rstd;
                *db += dy;
            }
        });
        for (out, part) in args.write.iter_mut().zip(both.chunks(width)) {
            out.iter_mut().zip(part).for_each(|(o, p)| *o += p);
        }
    }
}

/// `y[..,D] = (x[..,D] - mean) / sqrt(var + eps) weight[D] + bias[D]`, mean and (biased) variance along the last axis.
pub fn layer_norm(b: &mut PlanBuilder, x: SlotId, weight: SlotId, bias: SlotId, eps: f32) -> SlotId {
    let shape = b.shape(x).clone();
    let (rows, width) = (shape.rows(), shape.last());
    assert!(b.shape(weight)[..] == [width], "layer_norm: weight {} for x {shape}", b.shape(weight));
    assert!(b.shape(bias)[..] == [width], "layer_norm: bias {} for x {shape}", b.shape(bias));
    let params = words(&Params { rows: rows as u32, width: width as u32, eps });
    let (y, stats) = (b.temp("layer_norm", shape), b.temp("layer_norm.stats", [rows, 2]));
    b.emit(&FORWARD, &[x, weight, bias, y, stats], params.clone());
    b.record(y, &[x, weight, bias], move |b, dy| {
        if b.needs_grad(weight) || b.needs_grad(bias) {
            let (dweight, dbias) = (b.grad(weight), b.grad(bias));
            b.emit(&BACKWARD_WEIGHT, &[x, stats, dy, dweight, dbias], params.clone());
        }
        if b.needs_grad(x) {
            let dx = b.grad(x);
            b.emit(&BACKWARD_X, &[x, weight, stats, dy, dx], params);
        }
    });
    y
}

/// Awkward widths, and rows far from zero, whose variance is hard to sum.
pub fn cases() -> Vec<Case> {
    let case = |name: &str, x: HostTensor| {
        let width = x.shape.last();
        let inputs = vec![x, noise(&[width], 2.0, 12), noise(&[width], 1.0, 13)];
        Case::new(format!("layer_norm {name}"), inputs, |b, s| layer_norm(b, s[0], s[1], s[2], 1e-5))
    };
    let mut offset = noise(&[5, 65], 1.0, 14);
    if let crate::tensor::Data::F32(x) = &mut offset.data {
        x.iter_mut().for_each(|x| *x += 1e3);
    }
    vec![
        case("[3,6]", noise(&[3, 6], 1.0, 10)).differentiable(),
        case("[1,1]", noise(&[1, 1], 1.0, 10)),
        case("[2,63]", noise(&[2, 63], 1.0, 10)),
        case("[65,64]", noise(&[65, 64], 1.0, 10)),
        case("[7,37,257]", noise(&[7, 37, 257], 3.0, 11)).tolerance(1e-4),
        // The variance of values near 1e3 loses about three digits in f32.
        case("[5,65] offset", offset).tolerance(1e-3),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_normalises_a_row() {
        let (x, weight, bias) = ([1.0, 3.0], [1.0, 2.0], [0.0, 0.5]);
        let (mut y, mut stats) = ([0.0; 2], [0.0; 2]);
        let params = words(&Params { rows: 1, width: 2, eps: 3.0 });
        forward(&mut Args {
            params: &params,
            read: vec![&x, &weight, &bias],
            write: vec![&mut y, &mut stats],
        });
        // mean 2, variance 1, rstd 1 / sqrt(1 + 3)
        assert_eq!((y, stats), ([-0.5, 1.5], [2.0, 0.5]));
    }
}
