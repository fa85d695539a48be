//! A run of places along one axis, as `torch.narrow`.

use super::case::{Case, noise};
use crate::kernel::{Access, Args, Kernel, Variant, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    /// y read as `[rows, width]` is columns `offset..offset + width` of x read as `[rows, stride]`.
    struct Params {
        rows: u32,
        width: u32,
        stride: u32,
        offset: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::SLICE];

/// `y[r, c] = x[r, offset + c]`; x `[rows, stride]`, y `[rows, width]`.
pub static FORWARD: Kernel = Kernel {
    name: "slice.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[1]) }],
    cpu: forward,
    fast: None,
};

/// `dx[r, offset + c] += dy[r, c]`.
pub static BACKWARD: Kernel = Kernel {
    name: "slice.backward",
    bindings: &[("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[1]),
    }],
    cpu: |args: &mut Args| {
        let p: Params = args.params();
        let rows = args.read[0].chunks(p.width as usize).zip(args.write[0].chunks_mut(p.stride as usize));
        for (dy, dx) in rows {
            dx[p.offset as usize..].iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy);
        }
    },
    fast: None,
};

fn forward(args: &mut Args) {
    let p: Params = args.params();
    let rows = args.read[0].chunks(p.stride as usize).zip(args.write[0].chunks_mut(p.width as usize));
    for (x, y) in rows {
        y.copy_from_slice(&x[p.offset as usize..][..y.len()]);
    }
}

/// `y[.., len, ..] = x[.., start..start + len, ..]` along `axis`. A run beyond the end is a bug of the caller.
pub fn slice(b: &mut PlanBuilder, x: SlotId, axis: usize, start: usize, len: usize) -> SlotId {
    let mut shape = b.shape(x).to_vec();
    assert!(
        axis < shape.len() && start + len <= shape[axis],
        "slice: {start}..{} along axis {axis} of {}",
        start + len,
        b.shape(x)
    );
    let rows: usize = shape[..axis].iter().product();
    let inner: usize = shape[axis + 1..].iter().product();
    let params = words(&Params {
        rows: rows as u32,
        width: (len * inner) as u32,
        stride: (shape[axis] * inner) as u32,
        offset: (start * inner) as u32,
    });
    shape[axis] = len;
    let y = b.temp("slice", shape);
    b.emit(&FORWARD, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[dy, dx], params);
    });
    y
}

/// Runs at the start, in the middle and at the end of each axis.
pub fn cases() -> Vec<Case> {
    let case = |shape: &[usize], axis: usize, start: usize, len: usize| {
        let name = format!("slice {shape:?} axis {axis} {start}+{len}");
        Case::new(name, vec![noise(shape, 1.0, 110)], move |b, s| slice(b, s[0], axis, start, len))
    };
    vec![
        case(&[2, 4, 3], 1, 1, 2).differentiable(),
        case(&[1], 0, 0, 1),
        case(&[65, 257], 1, 63, 64),
        case(&[257, 5], 0, 192, 65),
        case(&[3, 65, 7], 1, 0, 1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_takes_its_columns_only() {
        let params = words(&Params { rows: 2, width: 2, stride: 3, offset: 1 });
        let (x, mut y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0; 4]);
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [2.0, 3.0, 5.0, 6.0]);
    }
}
