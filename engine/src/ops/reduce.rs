//! Reductions along one axis, x `[.., n, ..]` read as `[outer, n, inner]` to y `[outer, inner]`:
//! `sum_k x_k`, `1/n sum_k x_k` and `max_k x_k`; and the mean over the words of sentences of unequal length.

use super::case::{Case, noise};
use super::fast_math;
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::Shape;
use triptych_shaders as wgsl;

pub use super::mean_tokens::mean_tokens;

params! {
    struct Params {
        outer: u32,
        n: u32,
        inner: u32,
        /// 1 for a sum, `1 / n` for a mean.
        factor: f32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::REDUCE];

/// `y[o,i] = factor sum_k x[o,k,i]`.
pub static FORWARD: Kernel = Kernel {
    name: "reduce.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[2]) }],
    cpu: forward,
    fast: Some(fast_forward),
};

/// `dx[o,k,i] += factor dy[o,i]`.
pub static BACKWARD: Kernel = Kernel {
    name: "reduce.backward",
    bindings: &[("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[1] * p[2]),
    }],
    cpu: |args: &mut Args| {
        let p: Params = args.params();
        for (i, dx) in args.write[0].iter_mut().enumerate() {
            let (n, inner) = (p.n as usize, p.inner as usize);
            *dx += p.factor * args.read[0][i / (n * inner) * inner + i % inner];
        }
    },
    fast: Some(fast_backward),
};

/// `y[o,i] = max_k x[o,k,i]`.
pub static FORWARD_MAX: Kernel = Kernel {
    name: "reduce.forward_max",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "forward_max",
        grid: |p| grid_flat(p[0] * p[2]),
    }],
    cpu: |args: &mut Args| {
        let p: Params = args.params();
        for (i, y) in args.write[0].iter_mut().enumerate() {
            *y = args.read[0][largest(args.read[0], i, p)];
        }
    },
    fast: None,
};

/// `dx[o,k,i] += dy[o,i]` for the first `k` where `x[o,k,i]` is largest.
pub static BACKWARD_MAX: Kernel = Kernel {
    name: "reduce.backward_max",
    bindings: &[("x", Access::Read), ("max_dy", Access::Read), ("max_dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward_max",
        grid: |p| grid_flat(p[0] * p[2]),
    }],
    cpu: |args: &mut Args| {
        let p: Params = args.params();
        for (i, dy) in args.read[1].iter().enumerate() {
            args.write[0][largest(args.read[0], i, p)] += dy;
        }
    },
    fast: None,
};

/// Indices in x that element `i` of y reduces.
fn reduced(i: usize, p: Params) -> impl Iterator<Item = usize> {
    let (n, inner) = (p.n as usize, p.inner as usize);
    let start = i / inner * n * inner + i % inner;
    (0..n).map(move |k| start + k * inner)
}

fn largest(x: &[f32], i: usize, p: Params) -> usize {
    reduced(i, p).reduce(|a, b| if x[b] > x[a] { b } else { a }).expect("no axis is empty")
}

fn forward(args: &mut Args) {
    let p: Params = args.params();
    for (i, y) in args.write[0].iter_mut().enumerate() {
        let total: f64 = reduced(i, p).map(|j| args.read[0][j] as f64).sum();
        *y = (total * p.factor as f64) as f32;
    }
}

dispatched! {
    fn fast_forward(args: &mut Args) {
        let (p, x): (Params, _) = (args.params(), args.read[0]);
        let (n, inner) = (p.n as usize, p.inner as usize);
        for_rows(args.write[0], inner, n * inner, |o, y| {
            let x = &x[o * n * inner..(o + 1) * n * inner];
            if inner == 1 {
                y[0] = fast_math::sum([x], |[v]| v);
            } else {
                y.fill(0.0);
                for x in x.chunks(inner) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
                }
            }
            y.iter_mut().for_each(|y| *y *= p.factor);
        });
    }
}

dispatched! {
    fn fast_backward(args: &mut Args) {
        let (p, dy): (Params, _) = (args.params(), args.read[0]);
        let (n, inner) = (p.n as usize, p.inner as usize);
        for_rows(args.write[0], n * inner, n * inner, |o, dx| {
            if inner == 1 {
                dx.iter_mut().for_each(|dx| *dx += p.factor * dy[o]);
                return;
            }
            let dy = &dy[o * inner..(o + 1) * inner];
            for dx in dx.chunks_mut(inner) {
                dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx += p.factor * dy);
            }
        });
    }
}

/// Shape without `axis`, and the parameters.
fn plan(shape: &Shape, axis: usize, mean: bool) -> (Shape, Vec<u32>) {
    assert!(axis < shape.len(), "reduce: axis {axis} of {shape}");
    let rest = [&shape[..axis], &shape[axis + 1..]].concat();
    let n = shape[axis];
    let params = Params {
        outer: shape[..axis].iter().product::<usize>() as u32,
        n: n as u32,
        inner: shape[axis + 1..].iter().product::<usize>() as u32,
        factor: if mean { 1.0 / n as f32 } else { 1.0 },
    };
    (if rest.is_empty() { [1].into() } else { rest.into() }, words(&params))
}

/// `y[outer,inner] = factor sum_k x[outer,k,inner]`, `k` along `axis`; the factor is 1, or 1 / K for the mean.
fn linear(b: &mut PlanBuilder, name: &str, x: SlotId, axis: usize, mean: bool) -> SlotId {
    let (shape, params) = plan(b.shape(x), axis, mean);
    let y = b.temp(name, shape);
    b.emit(&FORWARD, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[dy, dx], params);
    });
    y
}

/// `y[outer,inner] = sum_k x[outer,k,inner]`: the sum along `axis`, which goes; `[n]` gives `[1]`.
pub fn sum(b: &mut PlanBuilder, x: SlotId, axis: usize) -> SlotId {
    linear(b, "sum", x, axis, false)
}

/// `y[outer,inner] = 1/n sum_k x[outer,k,inner]`: the mean along `axis`, which goes; `[n]` gives `[1]`.
pub fn mean(b: &mut PlanBuilder, x: SlotId, axis: usize) -> SlotId {
    linear(b, "mean", x, axis, true)
}

/// `y[outer,inner] = max_k x[outer,k,inner]`: the largest along `axis`, which goes; `[n]` gives `[1]`. Of equals the first
/// takes the gradient.
pub fn max(b: &mut PlanBuilder, x: SlotId, axis: usize) -> SlotId {
    let (shape, params) = plan(b.shape(x), axis, false);
    let y = b.temp("max", shape);
    b.emit(&FORWARD_MAX, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD_MAX, &[x, dy, dx], params);
    });
    y
}

/// Sum, mean and maximum along first, middle and last axes.
pub fn cases() -> Vec<Case> {
    type Emit = fn(&mut PlanBuilder, SlotId, usize) -> SlotId;
    let mut cases = Vec::new();
    for (name, op) in [("sum", sum as Emit), ("mean", mean), ("max", max)] {
        let case = |shape: &[usize], axis: usize| {
            let x = noise(shape, 1.0, 70);
            Case::new(format!("{name} {shape:?} axis {axis}"), vec![x], move |b, s| op(b, s[0], axis))
        };
        cases.push(case(&[2, 3, 4], 1).differentiable());
        cases.push(case(&[6], 0).differentiable());
        cases.push(case(&[1], 0));
        cases.push(case(&[63, 257], 1));
        cases.push(case(&[257, 65], 0).tolerance(5e-5));
        cases.push(case(&[3, 64, 5, 65], 2));
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_reduce_the_middle_axis() {
        let x = [1.0, 9.0, 2.0, 8.0, 3.0, 7.0];
        let run = |kernel: &Kernel, mean: bool| {
            let (shape, params) = plan(&[1, 3, 2].into(), 1, mean);
            assert_eq!(shape, Shape::from([1, 2]));
            let mut y = [0.0; 2];
            (kernel.cpu)(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
            y
        };
        assert_eq!(run(&FORWARD, false), [6.0, 24.0]);
        assert_eq!(run(&FORWARD, true), [2.0, 8.0]);
        assert_eq!(run(&FORWARD_MAX, false), [3.0, 9.0]);
    }

    #[test]
    fn first_of_equal_maxima_takes_the_gradient() {
        let (x, dy, mut dx) = ([1.0, 5.0, 5.0], [2.0], [1.0; 3]);
        let params = plan(&[3].into(), 0, false).1;
        (BACKWARD_MAX.cpu)(&mut Args { params: &params, read: vec![&x, &dy], write: vec![&mut dx] });
        assert_eq!(dx, [1.0, 3.0, 1.0]);
    }
}
