//! Affine maps: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]`, `bias` `[N]`, `y` `[..,N]`.
//!
//! The product is [`super::matmul`]'s kernel; here is what the bias adds: `dbias += ` column sums of `dy`.

use super::matmul::{self, Epilogue, Operand, Transpose, matmul_backward, product_by};
use super::{packed, panels};
use crate::kernel::{Access, Args, Kernel, Variant, words};
use crate::layout::{Layout, Storage};
use crate::ops::activation::{Activation, activation};
use crate::ops::case::{Case, noise};
use crate::ops::fast_math::sum_rows;
use crate::plan::{Matrix, PlanBuilder, SlotId};
use triptych_shaders as wgsl;

#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Params {
    rows: u32,
    cols: u32,
}

/// Columns of a workgroup of `linear_bias.wgsl`.
const SUM_COLS: u32 = 32;

/// `dbias[j] += sum_r dout[r,j]`; dout `[R,N]`.
pub static BIAS_BACKWARD: Kernel = Kernel {
    name: "linear.bias_backward",
    bindings: &[("dout", Access::Read), ("dbias", Access::Write)],
    variants: &[Variant {
        name: "columns",
        source: &[wgsl::LINEAR_BIAS],
        entry: "backward",
        grid: |p| [p[1].div_ceil(SUM_COLS), 1, 1],
    }],
    cpu: |args: &mut Args| {
        let cols = args.params::<Params>().cols as usize;
        for (j, dbias) in args.write[0].iter_mut().enumerate() {
            let sum: f64 = args.read[0].iter().skip(j).step_by(cols).map(|v| *v as f64).sum();
            *dbias = (*dbias as f64 + sum) as f32;
        }
    },
    fast: Some(|args: &mut Args| {
        let p: Params = args.params();
        let (rows, cols, dout) = (p.rows as usize, p.cols as usize, args.read[0]);
        sum_rows(args.write[0], rows, |r, sums| {
            sums.iter_mut().zip(&dout[r * cols..]).for_each(|(sum, v)| *sum += v);
        });
    }),
};

/// `y[..,N] = act(x[..,K] weight[N,K]^T + bias[N])`, as `torch.nn.functional.linear` and then `act`, which inference fuses;
/// `weight` may be stored in any way. Only f32 by rows or columns is differentiated.
pub fn linear(
    b: &mut PlanBuilder,
    x: SlotId,
    Matrix { slot: weight, extents: [n, k], storage }: Matrix,
    bias: Option<SlotId>,
    act: Option<Activation>,
) -> SlotId {
    let (xs, ws) = (b.shape(x).clone(), b.shape(weight).clone());
    assert!(
        k == xs.last() && ws == storage.shape([n, k]),
        "linear: {xs} by [{n},{k}] in {ws} of {storage:?}"
    );
    if let Some(bias) = bias {
        assert_eq!(b.shape(bias)[..], [n], "linear: bias of weight {ws}");
    }
    let (kernel, row, by_rows) = match storage {
        Storage::F32(Layout::Rows) => (&matmul::FORWARD, k, true),
        Storage::F32(Layout::Columns) => (&matmul::FORWARD, k, false),
        Storage::F32(Layout::Panels) => (&panels::FORWARD, k, true),
        Storage::F16 => (&packed::F16, ws[1], true),
        Storage::Int8 => (&packed::INT8, ws[1], true),
    };
    let m = xs.rows();
    let operands = (Operand::new(x, 0, m, k, false), Operand::new(weight, 0, row, n, by_rows));
    let out = b.temp("linear", xs.with_last(n));
    if !matches!(storage, Storage::F32(Layout::Rows | Layout::Columns)) {
        assert!(!b.needs_grad(x), "linear: what is computed by a weight of {storage:?} has no gradient");
        product_by(kernel, b, [1, m, n, k], operands, out, Epilogue { bias, act, accumulate: false });
        return out;
    }
    let fused = act.filter(|_| !b.is_training());
    product_by(kernel, b, [1, m, n, k], operands, out, Epilogue { bias, act: fused, accumulate: false });
    let inputs: Vec<SlotId> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
    b.record(out, &inputs, move |b, dout| {
        matmul_backward(b, [1, m, n, k], operands, Transpose { x: false, y: by_rows }, dout);
        if let Some(bias) = bias.filter(|bias| b.needs_grad(*bias)) {
            let dbias = b.grad(bias);
            b.emit(&BIAS_BACKWARD, &[dout, dbias], words(&Params { rows: m as u32, cols: n as u32 }));
        }
    });
    match act {
        Some(act) if b.is_training() => activation(b, out, act),
        _ => out,
    }
}

/// Every activation, weights by rows and by columns, with and without bias.
pub fn cases() -> Vec<Case> {
    let affine = |x: &[usize], n: usize, act: Option<Activation>| {
        let k = x[x.len() - 1];
        let inputs = vec![noise(x, 1.0, 1), noise(&[n, k], 1.0, 2), noise(&[n], 1.0, 3)];
        let name = format!("linear {} to {n} {act:?}", inputs[0].shape);
        let matrix = move |slot| Matrix { slot, extents: [n, k], storage: Storage::F32(Layout::Rows) };
        Case::new(name, inputs, move |b, s| linear(b, s[0], matrix(s[1]), Some(s[2]), act))
    };
    let mut cases = vec![affine(&[2, 3, 4], 5, None).differentiable(), affine(&[1, 1], 1, None)];
    cases.push(affine(&[257, 64], 65, None).tolerance(2e-5));
    cases.push(affine(&[600, 63], 33, Some(Activation::Relu)).tolerance(2e-5));
    for act in Activation::ALL {
        cases.push(affine(&[3, 5], 7, Some(act)).tolerance(2e-5));
    }
    let by_columns = |m: usize, n: usize, k: usize, act: Option<Activation>| {
        let inputs = vec![noise(&[m, k], 1.0, 6), noise(&[k, n], 1.0, 7), noise(&[n], 1.0, 8)];
        let name = format!("linear by columns [{m},{k}] to {n} {act:?}");
        let matrix = move |slot| Matrix { slot, extents: [n, k], storage: Storage::F32(Layout::Columns) };
        Case::new(name, inputs, move |b, s| linear(b, s[0], matrix(s[1]), Some(s[2]), act))
    };
    cases.push(by_columns(3, 5, 4, None).differentiable());
    for (m, n, k) in [(1, 300, 65), (50, 257, 33), (600, 130, 17)] {
        cases.push(by_columns(m, n, k, Some(Activation::QuickGelu)).tolerance(2e-5));
    }
    let inputs = vec![noise(&[2, 3], 1.0, 4), noise(&[4, 3], 1.0, 5)];
    cases.push(
        Case::new("linear without bias", inputs, |b, s| {
            let weight = b.as_matrix(s[1]);
            linear(b, s[0], weight, None, None)
        })
        .differentiable(),
    );
    cases
}
