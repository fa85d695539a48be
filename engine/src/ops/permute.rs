//! Axes in another order, as `torch.permute`: axis `a` of the result is axis `axes[a]` of x; up to four axes.

use super::axes::{Axes, at, coordinates, pad, strides, tail};
use super::case::{Case, noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    struct Params {
        count: u32,
        /// Extents of the result but the first.
        extents: [u32; 3],
        /// Strides in the source along the axes of the result.
        strides: Axes,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::PERMUTE];

/// `y[i0,i1,i2,i3] = x[j0,j1,j2,j3]` with `i_a = j_axes[a]`.
pub static FORWARD: Kernel = Kernel {
    name: "permute.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: forward,
    fast: Some(|args: &mut Args| by_rows(args, |y, x| *y = x)),
};

/// `dx[j0,j1,j2,j3] += dy[i0,i1,i2,i3]`: forward by the inverse order, but adding.
pub static BACKWARD: Kernel = Kernel {
    name: "permute.backward",
    bindings: &[("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "backward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        let p = args.params();
        for (i, dx) in args.write[0].iter_mut().enumerate() {
            *dx += args.read[0][source(i, p)];
        }
    },
    fast: Some(|args: &mut Args| by_rows(args, |dx, dy| *dx += dy)),
};

fn source(i: usize, p: Params) -> usize {
    at(coordinates(i, p.extents), p.strides)
}

fn forward(args: &mut Args) {
    let p = args.params();
    for (i, y) in args.write[0].iter_mut().enumerate() {
        *y = args.read[0][source(i, p)];
    }
}

dispatched! {
    fn by_rows(args: &mut Args, assign: impl Fn(&mut f32, f32) + Sync) {
        let (p, from): (Params, _) = (args.params(), args.read[0]);
        let (width, stride) = (p.extents[2] as usize, p.strides[3] as usize);
        for_rows(args.write[0], width, 2 * width, |r, row| {
            let from = &from[source(r * width, p)..];
            match stride {
                1 => row.iter_mut().zip(from).for_each(|(to, from)| assign(to, *from)),
                _ => row.iter_mut().zip(from.iter().step_by(stride)).for_each(|(to, from)| assign(to, *from)),
            }
        });
    }
}

/// Parameters for the result `axes` of a source with these extents.
fn params(extents: Axes, axes: [usize; 4]) -> Params {
    Params {
        count: extents.iter().product(),
        extents: tail(axes.map(|a| extents[a])),
        strides: axes.map(|a| strides(extents)[a]),
    }
}

/// `y[i0,i1,..] = x[j0,j1,..]` with `i_a = j_axes[a]`, up to four axes; each is named once, else it is a bug of the caller.
pub fn permute(b: &mut PlanBuilder, x: SlotId, axes: &[usize]) -> SlotId {
    let shape = b.shape(x).clone();
    let rank = shape.len();
    let named = (0..rank).all(|a| axes.contains(&a));
    assert!(axes.len() == rank && named, "permute: axes {axes:?} of {shape}");
    let (extents, padding) = (pad(&shape), 4 - rank);
    let order: [usize; 4] =
        std::array::from_fn(|a| if a < padding { a } else { axes[a - padding] + padding });
    let inverse: [usize; 4] =
        std::array::from_fn(|a| order.iter().position(|o| *o == a).expect("every axis is named"));
    let y = b.temp("permute", axes.iter().map(|a| shape[*a]).collect::<Vec<_>>());
    b.emit(&FORWARD, &[x, y], words(&params(extents, order)));
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[dy, dx], words(&params(order.map(|a| extents[a]), inverse)));
    });
    y
}

/// Swaps of two axes, cycles, and one axis left as it is.
pub fn cases() -> Vec<Case> {
    let case = |shape: &[usize], axes: &'static [usize]| {
        let x = noise(shape, 1.0, 60);
        Case::new(format!("permute {shape:?} {axes:?}"), vec![x], move |b, s| permute(b, s[0], axes))
    };
    vec![
        case(&[2, 3, 4], &[0, 2, 1]).differentiable(),
        case(&[2, 3, 2, 2], &[3, 1, 0, 2]).differentiable(),
        case(&[1], &[0]),
        case(&[63, 257], &[1, 0]),
        case(&[3, 65, 5, 64], &[0, 2, 1, 3]),
        case(&[7, 64, 65], &[2, 0, 1]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_transposes() {
        let (x, mut y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0; 6]);
        let params = words(&params([1, 1, 2, 3], [0, 1, 3, 2]));
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
