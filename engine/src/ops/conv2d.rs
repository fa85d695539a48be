//! Convolution in two dimensions: `y[b,o,i,j] = bias[o] + sum over c,p,q of
//! x[b,c,i*stride+p-padding,j*stride+q-padding] weight[o,c,p,q]`, with zeros beyond the edges of the picture.
//!
//! `x` `[B,C,H,W]`, `weight` `[O,C,kh,kw]`, `bias` `[O]`, `y` `[B,O,H',W']` with `H' = (H + 2 padding - kh) / stride + 1`.
//! The fast CPU forms unfold a picture to `[C*kh*kw, H'*W']` and multiply (Chellapilla, Puri, Simard 2006).

use super::case::{Case, noise};
use super::fast_math;
use super::gemm::{Mat, add_pieces, gemm, with_scratch};
use super::unfold::Geometry;
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    struct Params {
        batch: u32,
        channels: u32,
        height: u32,
        width: u32,
        out_channels: u32,
        out_height: u32,
        out_width: u32,
        kernel_height: u32,
        kernel_width: u32,
        stride: u32,
        padding: u32,
        /// 1 where `bias` is added; otherwise any slot stands on that binding.
        has_bias: u32,
    }
}

impl Params {
    fn geometry(&self) -> Geometry {
        let n = |word: u32| word as usize;
        Geometry {
            channels: n(self.channels),
            height: n(self.height),
            width: n(self.width),
            out_channels: n(self.out_channels),
            out_height: n(self.out_height),
            out_width: n(self.out_width),
            kernel_height: n(self.kernel_height),
            kernel_width: n(self.kernel_width),
            stride: n(self.stride),
            padding: n(self.padding),
            positions: n(self.out_height * self.out_width),
            patch: n(self.channels * self.kernel_height * self.kernel_width),
            picture: n(self.channels * self.height * self.width),
        }
    }
}

const SHARED: &str = wgsl::CONV2D;
const SOURCE: &[&str] = &[wgsl::LIB_INDEX, SHARED, wgsl::CONV2D_DIRECT];
const BLOCKED_SOURCE: &[&str] = &[wgsl::LIB_QUAD, SHARED, wgsl::CONV2D_BLOCKED];
const BACKWARD_SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, SHARED, wgsl::CONV2D_BACKWARD];

/// `y[b,o,i,j] = bias[o] + sum_cpq x[b,c,i*stride+p-padding,j*stride+q-padding] weight[o,c,p,q]`.
pub static FORWARD: Kernel = Kernel {
    name: "conv2d.forward",
    bindings: &[("x", Access::Read), ("weight", Access::Read), ("bias", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[
        Variant {
            name: "blocked",
            source: BLOCKED_SOURCE,
            entry: "forward",
            grid: |p| [(p[5] * p[6]).div_ceil(64), p[4].div_ceil(32), p[0]],
        },
        Variant {
            name: "direct",
            source: SOURCE,
            entry: "forward",
            grid: |p| grid_flat(p[0] * p[4] * p[5] * p[6]),
        },
    ],
    cpu: |args: &mut Args| {
        let p: Params = args.params();
        let g = p.geometry();
        for (row, y) in args.write[0].chunks_mut(g.positions).enumerate() {
            let (b, o) = (row / g.out_channels, row % g.out_channels);
            let (x, weight) = (&args.read[0][b * g.picture..], &args.read[1][o * g.patch..]);
            let start = if p.has_bias == 1 { args.read[2][o] as f64 } else { 0.0 };
            let mut sums = vec![start; g.positions];
            g.products(|input, w, position| sums[position] += x[input] as f64 * weight[w] as f64);
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = sum as f32);
        }
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let p: Params = args.params();
        let (g, x, weight, bias) = (p.geometry(), args.read[0], args.read[1], args.read[2]);
        let extents = [g.out_channels, g.positions, g.patch];
        for_rows(args.write[0], g.out_channels * g.positions, extents.iter().product(), |b, y| {
            with_scratch(g.patch * g.positions, |unfolded| {
                g.unfold(&x[b * g.picture..], unfolded);
                let (weight, unfolded) = (Mat::new(weight, g.patch, 1), Mat::new(unfolded, g.positions, 1));
                gemm(extents, weight, unfolded, 0.0, y, (g.positions, 1));
            });
            if p.has_bias == 1 {
                for (y, bias) in y.chunks_mut(g.positions).zip(bias) {
                    y.iter_mut().for_each(|y| *y += bias);
                }
            }
        });
    })),
};

/// `dx[b,c,i*stride+p-padding,j*stride+q-padding] += sum_o dy[b,o,i,j] weight[o,c,p,q]` for every `i,j,p,q`.
pub static BACKWARD_X: Kernel = Kernel {
    name: "conv2d.backward_x",
    bindings: &[("x_weight", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "direct",
        source: BACKWARD_SOURCE,
        entry: "backward_x",
        grid: |p| grid_flat(p[0] * p[1] * p[2] * p[3]),
    }],
    cpu: |args: &mut Args| {
        let g = args.params::<Params>().geometry();
        for (b, dx) in args.write[0].chunks_mut(g.picture).enumerate() {
            let mut sums = vec![0.0; g.picture];
            for o in 0..g.out_channels {
                let dy = &args.read[1][(b * g.out_channels + o) * g.positions..];
                let weight = &args.read[0][o * g.patch..];
                g.products(|input, w, position| sums[input] += dy[position] as f64 * weight[w] as f64);
            }
            dx.iter_mut().zip(sums).for_each(|(dx, sum)| *dx = (*dx as f64 + sum) as f32);
        }
    },
    fast: Some(|args: &mut Args| {
        let (g, weight, dy) = (args.params::<Params>().geometry(), args.read[0], args.read[1]);
        let extents = [g.patch, g.positions, g.out_channels];
        for_rows(args.write[0], g.picture, extents.iter().product(), |b, dx| {
            with_scratch(g.patch * g.positions, |unfolded| {
                let dy = &dy[b * g.out_channels * g.positions..];
                let (weight, dy) = (Mat::new(weight, 1, g.patch), Mat::new(dy, g.positions, 1));
                gemm(extents, weight, dy, 0.0, unfolded, (g.positions, 1));
                g.fold(unfolded, dx);
            });
        });
    }),
};

/// Pictures whose weight gradients are summed before they meet those of others.
const PICTURES: usize = 8;

/// `dweight[o,c,p,q] += sum_bij dy[b,o,i,j] x[b,c,i*stride+p-padding,j*stride+q-padding]`.
pub static BACKWARD_WEIGHT: Kernel = Kernel {
    name: "conv2d.backward_weight",
    bindings: &[("w_x", Access::Read), ("dy", Access::Read), ("dweight", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "direct",
        source: BACKWARD_SOURCE,
        entry: "backward_weight",
        grid: |p| grid_rows(p[4] * p[1] * p[7] * p[8]),
    }],
    cpu: |args: &mut Args| {
        let g = args.params::<Params>().geometry();
        for (o, dweight) in args.write[0].chunks_mut(g.patch).enumerate() {
            let mut sums = vec![0.0; g.patch];
            for (b, x) in args.read[0].chunks(g.picture).enumerate() {
                let dy = &args.read[1][(b * g.out_channels + o) * g.positions..];
                g.products(|input, w, position| sums[w] += x[input] as f64 * dy[position] as f64);
            }
            dweight.iter_mut().zip(sums).for_each(|(dw, sum)| *dw = (*dw as f64 + sum) as f32);
        }
    },
    fast: Some(|args: &mut Args| {
        let p: Params = args.params();
        let (g, x, dy, batch) = (p.geometry(), args.read[0], args.read[1], p.batch as usize);
        let extents = [g.patch, g.out_channels, g.positions];
        let work = PICTURES * extents.iter().product::<usize>();
        // Transposed, [C*kh*kw, O]: then dy is what the product repacks, and it is smaller than the patches.
        with_scratch(g.patch * g.out_channels, |transposed| {
            transposed.fill(0.0);
            add_pieces(transposed, batch.div_ceil(PICTURES), work, |piece, partial| {
                let first = piece * PICTURES;
                for b in first..batch.min(first + PICTURES) {
                    with_scratch(g.patch * g.positions, |unfolded| {
                        g.unfold(&x[b * g.picture..], unfolded);
                        let dy = Mat::new(&dy[b * g.out_channels * g.positions..], 1, g.positions);
                        let beta = if b == first { 0.0 } else { 1.0 };
                        let unfolded = Mat::new(unfolded, g.positions, 1);
                        gemm(extents, unfolded, dy, beta, partial, (g.out_channels, 1));
                    });
                }
            });
            for (o, dweight) in args.write[0].chunks_mut(g.patch).enumerate() {
                let sums = transposed[o..].iter().step_by(g.out_channels);
                dweight.iter_mut().zip(sums).for_each(|(dw, sum)| *dw += sum);
            }
        });
    }),
};

/// `dbias[o] += sum_bij dy[b,o,i,j]`.
pub static BACKWARD_BIAS: Kernel = Kernel {
    name: "conv2d.backward_bias",
    bindings: &[("b_dy", Access::Read), ("dbias", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "direct",
        source: BACKWARD_SOURCE,
        entry: "backward_bias",
        grid: |p| [p[4], 1, 1],
    }],
    cpu: |args: &mut Args| {
        let g = args.params::<Params>().geometry();
        for (o, dbias) in args.write[0].iter_mut().enumerate() {
            let rows = args.read[0].chunks(g.positions).skip(o).step_by(g.out_channels);
            *dbias = (*dbias as f64 + rows.flatten().map(|dy| *dy as f64).sum::<f64>()) as f32;
        }
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let (g, dy) = (args.params::<Params>().geometry(), args.read[0]);
        let batch = dy.len() / (g.out_channels * g.positions);
        for_rows(args.write[0], 1, batch * g.positions, |o, dbias| {
            let rows = dy.chunks(g.positions).skip(o).step_by(g.out_channels);
            dbias[0] += rows.map(|row| fast_math::sum([row], |[dy]| dy)).sum::<f32>();
        });
    })),
};

/// `y[B,O,H',W'] = x[B,C,H,W] * weight[O,C,kh,kw] + bias[O]`, as `torch.nn.functional.conv2d` with equal strides and
/// zero padding on all sides.
pub fn conv2d(
    b: &mut PlanBuilder,
    x: SlotId,
    weight: SlotId,
    bias: Option<SlotId>,
    stride: usize,
    padding: usize,
) -> SlotId {
    let (xs, ws) = (b.shape(x).clone(), b.shape(weight).clone());
    let out = |extent: usize, kernel: usize| {
        assert!(extent + 2 * padding >= kernel, "conv2d: weight {ws} is larger than padded {xs}");
        (extent + 2 * padding - kernel) / stride + 1
    };
    assert!(xs.len() == 4 && ws.len() == 4 && xs[1] == ws[1], "conv2d: {xs} with weight {ws}");
    let shape = [xs[0], ws[0], out(xs[2], ws[2]), out(xs[3], ws[3])];
    if let Some(bias) = bias {
        assert_eq!(b.shape(bias)[..], [ws[0]], "conv2d: bias of weight {ws}");
    }
    let params = words(&Params {
        batch: xs[0] as u32,
        channels: xs[1] as u32,
        height: xs[2] as u32,
        width: xs[3] as u32,
        out_channels: ws[0] as u32,
        out_height: shape[2] as u32,
        out_width: shape[3] as u32,
        kernel_height: ws[2] as u32,
        kernel_width: ws[3] as u32,
        stride: stride as u32,
        padding: padding as u32,
        has_bias: bias.is_some() as u32,
    });
    let y = b.temp("conv2d", shape);
    b.emit(&FORWARD, &[x, weight, bias.unwrap_or(weight), y], params.clone());
    let inputs: Vec<SlotId> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
    b.record(y, &inputs, move |b, dy| {
        if b.needs_grad(x) {
            let dx = b.grad(x);
            b.emit(&BACKWARD_X, &[weight, dy, dx], params.clone());
        }
        if b.needs_grad(weight) {
            let dweight = b.grad(weight);
            b.emit(&BACKWARD_WEIGHT, &[x, dy, dweight], params.clone());
        }
        if let Some(bias) = bias.filter(|bias| b.needs_grad(*bias)) {
            let dbias = b.grad(bias);
            b.emit(&BACKWARD_BIAS, &[dy, dbias], params);
        }
    });
    y
}

/// Strides, paddings and kernels of several sizes, with and without bias; one where most patches lie outside.
pub fn cases() -> Vec<Case> {
    let case = |x: [usize; 4], w: [usize; 4], stride, padding, biased: bool| {
        let name = format!("conv2d {x:?} by {w:?} stride {stride} padding {padding}");
        let mut inputs = vec![noise(&x, 1.0, 1), noise(&w, 1.0, 2)];
        if biased {
            inputs.push(noise(&w[..1], 1.0, 3));
        }
        Case::new(name, inputs, move |b, s| conv2d(b, s[0], s[1], s.get(2).copied(), stride, padding))
    };
    vec![
        case([2, 2, 4, 5], [3, 2, 3, 3], 1, 1, true).differentiable(),
        case([1, 2, 5, 4], [2, 2, 2, 3], 2, 0, false).differentiable(),
        case([1, 1, 1, 1], [1, 1, 1, 1], 1, 0, true),
        case([1, 1, 1, 1], [2, 1, 3, 3], 2, 1, true),
        case([9, 3, 17, 16], [8, 3, 3, 3], 2, 1, true).tolerance(2e-5),
        case([2, 3, 32, 32], [65, 3, 16, 16], 16, 0, false).tolerance(2e-5),
        case([17, 5, 9, 7], [3, 5, 5, 4], 3, 3, true).tolerance(2e-5),
    ]
}
