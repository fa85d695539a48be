//! `x + y` and `x y` with numpy's broadcasting of either side, up to four axes.

use super::axes::{Axes, at, coordinates, pad, strides, tail};
use super::case::{Case, noise};
use super::fast_math::{sum, sum_rows};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::Shape;
use triptych_shaders as wgsl;

params! {
    struct Params {
        count: u32,
        multiply: u32,
        /// Extents of the result but the first.
        extents: [u32; 3],
        /// Strides in x and y, 0 along broadcast axes.
        x: Axes,
        y: Axes,
    }
}

params! {
    struct BackwardParams {
        count: u32,
        /// Invocations that share one element on a GPU.
        lanes: u32,
        multiply: u32,
        /// Extents of the operand but the first.
        extents: [u32; 3],
        /// Elements of the result per element of the operand.
        sums: u32,
        /// Extents of the axes along which the operand was broadcast, 1 elsewhere; but the first.
        broadcast: [u32; 3],
        /// Strides in the result, and in the other operand.
        result: Axes,
        other: Axes,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::BINARY];

/// `out[..] = x[..] + y[..]` or `x[..] y[..]`, axes of extent 1 repeated.
pub static FORWARD: Kernel = Kernel {
    name: "binary.forward",
    bindings: &[("x", Access::Read), ("y", Access::Read), ("out", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: forward,
    fast: Some(fast_forward),
};

/// `dx[..] += sum dy[..]`, or `sum dy[..] other[..]`, over the axes along which x was repeated.
pub static BACKWARD: Kernel = Kernel {
    name: "binary.backward",
    bindings: &[("other", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: BackwardParams::FIELDS,
    variants: &[Variant {
        name: "lanes",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[1]),
    }],
    cpu: |args: &mut Args| backward(args.params(), args.read[0], args.read[1], args.write[0]),
    fast: Some(|args: &mut Args| fast_backward(args.params(), args.read[0], args.read[1], args.write[0])),
};

fn forward(args: &mut Args) {
    let p: Params = args.params();
    for (i, out) in args.write[0].iter_mut().enumerate() {
        let c = coordinates(i, p.extents);
        let (x, y) = (args.read[0][at(c, p.x)], args.read[1][at(c, p.y)]);
        *out = if p.multiply == 1 { x * y } else { x + y };
    }
}

dispatched! {
    fn fast_forward(args: &mut Args) {
        let (p, x, y): (Params, _, _) = (args.params(), args.read[0], args.read[1]);
        let width = p.extents[2] as usize;
        for_rows(args.write[0], width, width, |r, out| {
            let c = coordinates(r * width, p.extents);
            let (x, y) = (
                Row { values: &x[at(c, p.x)..], stride: p.x[3] },
                Row { values: &y[at(c, p.y)..], stride: p.y[3] },
            );
            if p.multiply == 1 { combine(out, x, y, |x, y| x * y) } else { combine(out, x, y, |x, y| x + y) }
        });
    }
}

/// A row of an operand: consecutive values, or one value repeated (stride 0).
struct Row<'a> {
    values: &'a [f32],
    stride: u32,
}

#[inline(always)]
fn combine(out: &mut [f32], x: Row, y: Row, f: impl Fn(f32, f32) -> f32) {
    let (xs, ys) = (x.values, y.values);
    match (x.stride, y.stride) {
        (0, 0) => out.fill(f(xs[0], ys[0])),
        (0, _) => out.iter_mut().zip(ys).for_each(|(o, y)| *o = f(xs[0], *y)),
        (_, 0) => out.iter_mut().zip(xs).for_each(|(o, x)| *o = f(*x, ys[0])),
        _ => out.iter_mut().zip(xs).zip(ys).for_each(|((o, x), y)| *o = f(*x, *y)),
    }
}

/// `dx += dy` or `dy other`, summed over the axes along which x was broadcast.
fn backward(p: BackwardParams, other: &[f32], dy: &[f32], dx: &mut [f32]) {
    for (i, dx) in dx.iter_mut().enumerate() {
        let c = coordinates(i, p.extents);
        let mut total = 0.0;
        for k in 0..p.sums as usize {
            let r = coordinates(k, p.broadcast);
            let c = std::array::from_fn(|a| c[a] + r[a]);
            let factor = if p.multiply == 1 { other[at(c, p.other)] as f64 } else { 1.0 };
            total += dy[at(c, p.result)] as f64 * factor;
        }
        *dx += total as f32;
    }
}

dispatched! {
    /// Sums along the last axis where x was broadcast there, else adds whole rows; the rows of a single row (a bias)
    /// in parallel runs.
    fn fast_backward(p: BackwardParams, other: &[f32], dy: &[f32], dx: &mut [f32]) {
        let sums = p.sums as usize;
        let both = |c: [usize; 4], k: usize| {
            let r = coordinates(k, p.broadcast);
            let c = std::array::from_fn(|a| c[a] + r[a]);
            (&dy[at(c, p.result)..], (p.multiply == 1).then(|| &other[at(c, p.other)..]))
        };
        if p.broadcast[2] > 1 {
            let last = p.broadcast[2] as usize;
            for_rows(dx, 1, sums, |i, dx| {
                for k in (0..sums).step_by(last) {
                    let (dy, other) = both(coordinates(i, p.extents), k);
                    dx[0] += match other {
                        None => sum([&dy[..last]], |[dy]| dy),
                        Some(o) if p.other[3] == 0 => o[0] * sum([&dy[..last]], |[dy]| dy),
                        Some(o) => sum([&dy[..last], &o[..last]], |[dy, o]| dy * o),
                    };
                }
            });
            return;
        }
        let width = p.extents[2] as usize;
        let add_row = |row: usize, k: usize, acc: &mut [f32]| {
            let (dy, other) = both(coordinates(row * width, p.extents), k);
            match other {
                None => acc.iter_mut().zip(dy).for_each(|(a, dy)| *a += dy),
                Some(o) if p.other[3] == 0 => acc.iter_mut().zip(dy).for_each(|(a, dy)| *a += dy * o[0]),
                Some(o) => acc.iter_mut().zip(dy).zip(o).for_each(|((a, dy), o)| *a += dy * o),
            }
        };
        if dx.len() == width {
            sum_rows(dx, sums, |k, acc| add_row(0, k, acc));
        } else {
            for_rows(dx, width, width * sums, |row, acc| (0..sums).for_each(|k| add_row(row, k, acc)));
        }
    }
}

/// Row-major strides, 0 along axes of extent 1.
fn broadcast_strides(extents: Axes) -> Axes {
    let strides = strides(extents);
    std::array::from_fn(|a| if extents[a] == 1 { 0 } else { strides[a] })
}

/// Shape of the result; every pair of extents is equal or has a 1.
fn broadcast(x: &Shape, y: &Shape) -> Shape {
    let (a, b) = (pad(x), pad(y));
    let fits = a.iter().zip(&b).all(|(a, b)| a == b || *a == 1 || *b == 1);
    assert!(fits, "shapes {x} and {y} do not broadcast");
    let out: Vec<usize> = a.iter().zip(&b).map(|(a, b)| *a.max(b) as usize).collect();
    out[4 - x.len().max(y.len())..].into()
}

fn backward_params(operand: Axes, other: Axes, out: Axes, multiply: bool) -> BackwardParams {
    let axes = std::array::from_fn(|a| if operand[a] == 1 { out[a] } else { 1 });
    let sums = axes.iter().product();
    BackwardParams {
        count: operand.iter().product(),
        lanes: if sums < 64 { 1 } else { 64 },
        multiply: multiply as u32,
        extents: tail(operand),
        sums,
        broadcast: tail(axes),
        result: strides(out),
        other: broadcast_strides(other),
    }
}

/// `z[..] = x[..] + y[..]`, or the product; axes of extent 1 are repeated.
fn emit(b: &mut PlanBuilder, name: &str, x: SlotId, y: SlotId, multiply: bool) -> SlotId {
    let shape = broadcast(b.shape(x), b.shape(y));
    let (xs, ys, out) = (pad(b.shape(x)), pad(b.shape(y)), pad(&shape));
    let params = Params {
        count: shape.numel() as u32,
        multiply: multiply as u32,
        extents: tail(out),
        x: broadcast_strides(xs),
        y: broadcast_strides(ys),
    };
    let z = b.temp(name, shape);
    b.emit(&FORWARD, &[x, y, z], words(&params));
    b.record(z, &[x, y], move |b, dz| {
        for (operand, other, shapes) in [(x, y, (xs, ys)), (y, x, (ys, xs))] {
            if b.needs_grad(operand) {
                let grad = b.grad(operand);
                // A sum has no use for the other operand; any slot may stand there.
                let other = if multiply { other } else { dz };
                b.emit(
                    &BACKWARD,
                    &[other, dz, grad],
                    words(&backward_params(shapes.0, shapes.1, out, multiply)),
                );
            }
        }
    });
    z
}

/// `out[..] = x[..] + y[..]`; shapes that do not broadcast are a bug of the caller.
pub fn add(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> SlotId {
    emit(b, "add", x, y, false)
}

/// `out[..] = x[..] y[..]`; shapes that do not broadcast are a bug of the caller.
pub fn mul(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> SlotId {
    emit(b, "mul", x, y, true)
}

/// Equal shapes, and each side broadcast along leading, middle and last axes.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut both = |x: &[usize], y: &[usize], differentiable: bool| {
        for (name, op) in [("add", add as fn(&mut PlanBuilder, SlotId, SlotId) -> SlotId), ("mul", mul)] {
            let inputs = vec![noise(x, 2.0, 50), noise(y, 2.0, 51)];
            let case = Case::new(format!("{name} {x:?} {y:?}"), inputs, move |b, s| op(b, s[0], s[1]));
            cases.push(if differentiable { case.differentiable() } else { case.tolerance(2e-5) });
        }
    };
    both(&[3, 4], &[3, 4], true);
    both(&[2, 3, 4], &[4], true);
    both(&[2, 3, 4], &[3, 4], true);
    both(&[2, 1, 3], &[2, 4, 1], true);
    both(&[1], &[2, 3], true);
    both(&[1], &[1], false);
    both(&[65, 257], &[65, 257], false);
    both(&[7, 63, 64], &[64], false);
    both(&[257, 65], &[1], false);
    both(&[3, 5, 1, 63], &[5, 64, 1], false);
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_broadcasts_both_sides() {
        let (x, y) = (Shape::from([2, 1]), Shape::from([3]));
        let out = broadcast(&x, &y);
        assert_eq!(out, Shape::from([2, 3]));
        let p = Params {
            count: 6,
            multiply: 1,
            extents: tail(pad(&out)),
            x: broadcast_strides(pad(&x)),
            y: broadcast_strides(pad(&y)),
        };
        let mut z = [0.0; 6];
        let (x, y) = ([10.0, 20.0], [1.0, 2.0, 3.0]);
        forward(&mut Args { params: &words(&p), read: vec![&x, &y], write: vec![&mut z] });
        assert_eq!(z, [10.0, 20.0, 30.0, 20.0, 40.0, 60.0]);
    }

    #[test]
    fn gradient_sums_over_broadcast_axes() {
        let params =
            |multiply| backward_params(pad(&[2, 1].into()), pad(&[3].into()), pad(&[2, 3].into()), multiply);
        let (other, dy, mut dx) = ([1.0, 0.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [100.0, 0.0]);
        backward(params(false), &other, &dy, &mut dx);
        assert_eq!(dx, [106.0, 15.0]);
        backward(params(true), &other, &dy, &mut dx);
        assert_eq!(dx, [113.0, 31.0]);
    }

    #[test]
    #[should_panic(expected = "do not broadcast")]
    fn unequal_extents_are_refused() {
        broadcast(&[2, 3].into(), &[2].into());
    }
}
