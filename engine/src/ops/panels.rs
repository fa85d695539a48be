//! Affine maps by a matrix that is kept in panels, for inference: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]`
//! as [`Layout::Panels`], `bias` `[N]`, `y` `[..,N]`. The kernel is [`super::matmul`]'s with another reading of `y`.

use super::activation::Activation;
use super::case::{Case, noise};
use super::gemm_panels::gemm_panels;
use super::matmul::{Epilogue, Operand, Params, product_by, product_kernel};
use crate::kernel::{Access, Args, Kernel, Variant};
use crate::layout::{Layout, PANEL};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

pub static FORWARD: Kernel = product_kernel!("panels.forward", wgsl::LIB_LINES_PANELS, definition, fast);

fn definition(args: &mut Args) {
    let p: Params = args.params();
    let [_, n, k] = p.extents();
    let (x, panels, bias) = (p.x(args.read[0], 0), args.read[1], args.read[2]);
    for (at, out) in args.write[0].iter_mut().enumerate() {
        let (i, j) = (at / n, at % n);
        let weights = panels[j / PANEL * PANEL * k + j % PANEL..].iter().step_by(PANEL);
        let products =
            weights.take(k).enumerate().map(|(l, w)| x.data[i * x.rs + l * x.cs] as f64 * *w as f64);
        let start: f64 = if p.has_bias == 1 { bias[j] as f64 } else { 0.0 };
        let sum = start + products.sum::<f64>();
        *out = p.act().map_or(sum, |act| act.value(sum)) as f32;
    }
}

fn fast(args: &mut Args) {
    let p: Params = args.params();
    let bias = args.read[2];
    gemm_panels(p.extents(), p.x(args.read[0], 0), args.read[1], args.write[0], |rows| p.finish(rows, bias));
}

/// `act(x weight^T + bias)`: `x` `[..,K]`, `weight` of N rows `[N/8,K,8]`, `bias` `[N]`; `[..,N]`.
pub fn linear(
    b: &mut PlanBuilder,
    x: SlotId,
    (weight, n): (SlotId, usize),
    bias: Option<SlotId>,
    act: Option<Activation>,
) -> SlotId {
    let (xs, ws) = (b.shape(x).clone(), b.shape(weight).clone());
    let (m, k) = (xs.rows(), xs.last());
    assert_eq!(ws, Layout::Panels.shape([n, k]), "linear: {xs} by panels {ws} of {n} rows");
    assert!(!b.needs_grad(x), "linear: what is computed by a matrix in panels has no gradient");
    let operands = (Operand::new(x, 0, m, k, false), Operand::new(weight, 0, k, n, true));
    let out = b.temp("linear", xs.with_last(n));
    product_by(&FORWARD, b, [1, m, n, k], operands, out, Epilogue { bias, act, accumulate: false });
    out
}

/// A matrix `[n,k]` of noise in panels.
fn noise_in_panels([n, k]: [usize; 2], seed: u64) -> HostTensor {
    let panels = Layout::Panels.lay([n, k], noise(&[n, k], 1.0, seed).as_f32());
    HostTensor::f32(Layout::Panels.shape([n, k]), panels)
}

pub fn cases() -> Vec<Case> {
    let case = |x: &[usize], n: usize, bias: bool, act: Option<Activation>| {
        let k = x[x.len() - 1];
        let inputs = vec![noise(x, 1.0, 1), noise_in_panels([n, k], 2), noise(&[n], 1.0, 3)];
        let name = format!("linear {} to {n} in panels {act:?}", inputs[0].shape);
        Case::new(name, inputs, move |b, s| linear(b, s[0], (s[1], n), bias.then_some(s[2]), act))
            .tolerance(2e-5)
            .constant(0)
            .constant(2)
    };
    vec![
        case(&[2, 3, 4], 5, true, None),
        case(&[1, 1], 1, false, None),
        case(&[1, 257], 130, true, None),
        case(&[3, 65], 300, true, Some(Activation::Gelu)),
        case(&[70, 63], 65, true, Some(Activation::QuickGelu)),
        case(&[101, 600], 8, false, None),
        // Longer than what the CPU multiplies at a time.
        case(&[13, 2050], 21, true, Some(Activation::Gelu)),
        case(&[33, 128], 200, true, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words;
    use crate::ops::matmul;

    #[test]
    fn definition_is_the_product_with_the_matrix_by_rows() {
        let ([m, n, k], x, bias) = ([3, 13, 7], noise(&[3, 7], 1.0, 1), noise(&[13], 1.0, 2));
        let run = |kernel: &Kernel, y: &HostTensor| {
            let epilogue = Epilogue { act: Some(Activation::Gelu), ..Epilogue::default() };
            let params = words(&Params::new([1, m, n, k], [[0, k, 1], [0, 1, k]], epilogue));
            let mut out = vec![0.0; m * n];
            let read = vec![x.as_f32(), y.as_f32(), bias.as_f32()];
            (kernel.cpu)(&mut Args { params: &params, read, write: vec![&mut out] });
            out
        };
        assert_eq!(
            run(&FORWARD, &noise_in_panels([n, k], 3)),
            run(&matmul::FORWARD, &noise(&[n, k], 1.0, 3))
        );
    }
}
