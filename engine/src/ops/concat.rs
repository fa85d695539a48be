//! Tensors joined along one axis, as `torch.cat`: one step copies one tensor into its columns of the result.

use super::case::{Case, noise};
use crate::kernel::{Access, Args, Kernel, Variant, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    /// x read as `[rows, width]` stands in columns `offset..offset + width` of y read as `[rows, stride]`.
    struct Params {
        rows: u32,
        width: u32,
        stride: u32,
        offset: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::CONCAT];

/// `y[r, offset + c] = x[r, c]`; x `[rows, width]`, y `[rows, stride]`.
pub static FORWARD: Kernel = Kernel {
    name: "concat.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[1]) }],
    cpu: forward,
    fast: None,
};

/// `dx[r, c] += dy[r, offset + c]`.
pub static BACKWARD: Kernel = Kernel {
    name: "concat.backward",
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
        let rows = args.read[0].chunks(p.stride as usize).zip(args.write[0].chunks_mut(p.width as usize));
        for (dy, dx) in rows {
            dx.iter_mut().zip(&dy[p.offset as usize..]).for_each(|(dx, dy)| *dx += dy);
        }
    },
    fast: None,
};

fn forward(args: &mut Args) {
    let p: Params = args.params();
    let rows = args.read[0].chunks(p.width as usize).zip(args.write[0].chunks_mut(p.stride as usize));
    for (x, y) in rows {
        y[p.offset as usize..][..x.len()].copy_from_slice(x);
    }
}

/// `y[.., N1 + N2 + .., ..] = xs[0][.., N1, ..], xs[1][.., N2, ..], ..`, one after another along `axis`. Other extents that
/// differ are a bug of the caller.
pub fn concat(b: &mut PlanBuilder, xs: &[SlotId], axis: usize) -> SlotId {
    let mut shape = b.shape(xs[0]).to_vec();
    assert!(axis < shape.len(), "concat: axis {axis} of {}", b.shape(xs[0]));
    shape[axis] = xs.iter().map(|x| b.shape(*x)[axis]).sum();
    for x in xs {
        let x = b.shape(*x);
        let fits = x.len() == shape.len() && (0..x.len()).all(|a| a == axis || x[a] == shape[a]);
        assert!(fits, "concat along axis {axis}: {x} beside {}", b.shape(xs[0]));
    }
    let rows: usize = shape[..axis].iter().product();
    let (stride, y) = (shape[axis..].iter().product::<usize>(), b.temp("concat", shape));
    let (mut offset, mut parts) = (0, Vec::new());
    for &x in xs {
        let width = b.shape(x).numel() / rows;
        let params = Params { rows: rows as u32, width: width as u32, stride: stride as u32, offset };
        b.emit(&FORWARD, &[x, y], words(&params));
        parts.push((x, words(&params)));
        offset += width as u32;
    }
    b.record(y, xs, move |b, dy| {
        for (x, params) in parts {
            if b.needs_grad(x) {
                let dx = b.grad(x);
                b.emit(&BACKWARD, &[dy, dx], params);
            }
        }
    });
    y
}

/// Two and three tensors along each axis.
pub fn cases() -> Vec<Case> {
    let case = |shapes: &[&[usize]], axis: usize| {
        let inputs = shapes.iter().zip(100..).map(|(shape, seed)| noise(shape, 1.0, seed)).collect();
        Case::new(format!("concat {shapes:?} axis {axis}"), inputs, move |b, s| concat(b, s, axis))
    };
    vec![
        case(&[&[2, 1, 3], &[2, 2, 3]], 1).differentiable(),
        case(&[&[1], &[1]], 0),
        case(&[&[5, 63], &[5, 1], &[5, 65]], 1),
        case(&[&[64, 7], &[257, 7]], 0),
        case(&[&[2, 1, 65], &[2, 64, 65]], 1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_fills_its_columns_only() {
        let params = words(&Params { rows: 2, width: 1, stride: 3, offset: 1 });
        let (x, mut y) = ([7.0, 8.0], [0.0; 6]);
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [0.0, 7.0, 0.0, 0.0, 8.0, 0.0]);
    }
}
