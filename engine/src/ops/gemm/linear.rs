//! Affine maps: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]`, `bias` `[N]`, `y` `[..,N]`.
//!
//! The product is [`super::matmul`]'s kernel; here is what the bias adds: `dbias += ` column sums of `dy`.

mod cases;

pub use cases::cases;

use super::matmul::{self, Epilogue, Operand, Transpose, matmul_backward, product_by};
use super::{packed, panels};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, params, words};
use crate::layout::{Layout, Storage};
use crate::ops::activation::{Activation, activation};
use crate::ops::fast_math::sum_rows;
use crate::plan::{Matrix, PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        cols: u32,
    }
}

/// Columns of a workgroup of `linear_bias.wgsl`.
const SUM_COLS: u32 = 32;

/// `dbias[j] += sum_r dout[r,j]`; dout `[R,N]`.
pub static BIAS_BACKWARD: Kernel = Kernel {
    name: "linear.bias_backward",
    bindings: &[("dout", Access::Read), ("dbias", Access::Write)],
    params: Params::FIELDS,
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
    fast: Some(dispatched!(|args: &mut Args| {
        let p: Params = args.params();
        let (rows, cols, dout) = (p.rows as usize, p.cols as usize, args.read[0]);
        sum_rows(args.write[0], rows, |r, sums| {
            sums.iter_mut().zip(&dout[r * cols..]).for_each(|(sum, v)| *sum += v);
        });
    })),
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
    let inputs: Vec<SlotId> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
    let is_differentiable = matches!(storage, Storage::F32(Layout::Rows | Layout::Columns));
    let learns = b.is_training() && inputs.iter().any(|input| b.needs_grad(*input));
    assert!(
        is_differentiable || !learns,
        "linear: what is computed by a weight of {storage:?} has no gradient"
    );
    let fused = act.filter(|_| !b.is_training());
    let out = b.temp("linear", xs.with_last(n));
    product_by(kernel, b, [1, m, n, k], operands, out, Epilogue { bias, act: fused, accumulate: false });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::DType;

    /// `y[2,4]` of learnt queries `[2,8]`, as they are or seen anew, and a learnt bias by a packed weight.
    fn by_packed(mut b: PlanBuilder, learns_queries: bool) -> Vec<&'static str> {
        let queries = match learns_queries {
            true => b.param("queries", [1, 2, 8]),
            false => b.input("queries", [1, 2, 8], DType::F32),
        };
        let x = b.reshape(queries, [2, 8]);
        let slot = b.input("weight", Storage::F16.shape([4, 8]), Storage::F16.dtype());
        let weight = Matrix { slot, extents: [4, 8], storage: Storage::F16 };
        let bias = b.param("bias", [4]);
        linear(&mut b, queries, weight, None, None);
        linear(&mut b, x, weight, Some(bias), Some(Activation::Gelu));
        b.finish().steps.iter().map(|step| step.kernel.name).collect()
    }

    #[test]
    fn learnt_queries_pass_through_a_packed_weight_in_inference() {
        assert_eq!(by_packed(PlanBuilder::new(), true), ["packed.f16"; 2]);
    }

    #[test]
    #[should_panic(expected = "has no gradient")]
    fn a_bias_is_not_trained_beside_a_packed_weight() {
        by_packed(PlanBuilder::training(), false);
    }

    #[test]
    #[should_panic(expected = "has no gradient")]
    fn queries_are_not_trained_through_a_packed_weight() {
        by_packed(PlanBuilder::training(), true);
    }
}
