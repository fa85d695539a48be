//! `y = factor x` for a factor known when the plan is built; x of any shape.

use super::case::{Case, noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    struct Params {
        count: u32,
        factor: f32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::SCALE];

/// Elements per parallel piece of the fast forms.
const PIECE: usize = 4096;

/// `y[..] = factor x[..]`.
pub static FORWARD: Kernel = Kernel {
    name: "scale.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: forward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (factor, x) = (args.params::<Params>().factor, args.read[0]);
        for_rows(args.write[0], PIECE, PIECE, |i, y| {
            y.iter_mut().zip(&x[i * PIECE..]).for_each(|(y, x)| *y = factor * x);
        });
    })),
};

/// `dx[..] += factor dy[..]`.
pub static BACKWARD: Kernel = Kernel {
    name: "scale.backward",
    bindings: &[("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "backward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        let factor = args.params::<Params>().factor;
        args.write[0].iter_mut().zip(args.read[0]).for_each(|(dx, dy)| *dx += factor * dy);
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let (factor, dy) = (args.params::<Params>().factor, args.read[0]);
        for_rows(args.write[0], PIECE, PIECE, |i, dx| {
            dx.iter_mut().zip(&dy[i * PIECE..]).for_each(|(dx, dy)| *dx += factor * dy);
        });
    })),
};

fn forward(args: &mut Args) {
    let factor = args.params::<Params>().factor;
    args.write[0].iter_mut().zip(args.read[0]).for_each(|(y, x)| *y = factor * x);
}

/// `y[..] = factor x[..]`.
pub fn scale(b: &mut PlanBuilder, x: SlotId, factor: f32) -> SlotId {
    let shape = b.shape(x).clone();
    let params = words(&Params { count: shape.numel() as u32, factor });
    let y = b.temp("scale", shape);
    b.emit(&FORWARD, &[x, y], params);
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        add_scaled(b, dy, factor, dx);
    });
    y
}

/// `to[..] += factor x[..]`, in place and without a gradient.
pub(super) fn add_scaled(b: &mut PlanBuilder, x: SlotId, factor: f32, to: SlotId) {
    let params = Params { count: b.shape(x).numel() as u32, factor };
    b.emit(&BACKWARD, &[x, to], words(&params));
}

/// Negative, zero and large factors.
pub fn cases() -> Vec<Case> {
    let case = |shape: &[usize], factor: f32| {
        Case::new(format!("scale {shape:?} {factor}"), vec![noise(shape, 2.0, 30)], move |b, s| {
            scale(b, s[0], factor)
        })
    };
    vec![case(&[2, 3], -1.5).differentiable(), case(&[1], 0.0), case(&[65, 257], 1e4)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_multiplies() {
        let (x, mut y) = ([1.0, -2.0, 0.0], [9.0; 3]);
        let params = words(&Params { count: 3, factor: 0.5 });
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [0.5, -1.0, 0.0]);
    }
}
