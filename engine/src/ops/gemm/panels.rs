//! The kernel of `linear` for weights in panels, for inference: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]`
//! as [`Layout::Panels`](crate::layout::Layout::Panels), `bias` `[N]`, `y` `[..,N]`. It is [`super::matmul`]'s with another
//! reading of `y`; in WebAssembly its register tile reads panels as they lie, so that nothing of them has to be packed.

use super::Mat;
use super::matmul::{Params, product_kernel};
use crate::kernel::{Access, Args, Kernel, Variant};
use crate::layout::PANEL;
use triptych_shaders as wgsl;

/// `out[i,j] = act(sum_l x[i,l] weight[j,l] + bias[j])`, x `[M,K]`, weight `[N,K]` in panels `[N/8,K,8]`.
pub(in crate::ops) static FORWARD: Kernel =
    product_kernel!("panels.forward", wgsl::LIB_LINES_PANELS, definition, fast);

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

/// `c = a b`, `a` `[m,k]`, `c` `[m,n]` contiguous, `b` `[k,n]` in panels of its columns, `[n/8,k,8]`, all extents at least 1;
/// `finish` is applied to every finished run of rows.
fn gemm_panels([m, n, k]: [usize; 3], a: Mat, panels: &[f32], c: &mut [f32], finish: impl Fn(&mut [f32])) {
    assert!(m > 0 && n > 0 && k > 0, "an extent of [{m},{n},{k}] is 0");
    assert!(a.holds(m, k), "a is smaller than [{m},{k}]");
    assert!(panels.len() >= n.next_multiple_of(PANEL) * k, "b is smaller than [{k},{n}]");
    assert!(c.len() >= m * n, "c is smaller than [{m},{n}]");
    body([m, n, k], a, panels, c, finish);
}

#[cfg(target_arch = "wasm32")]
use super::wasm::gemm_panels as body;

/// The layout is for WebAssembly; elsewhere a panel is a product of its own.
#[cfg(not(target_arch = "wasm32"))]
fn body([m, n, k]: [usize; 3], a: Mat, panels: &[f32], c: &mut [f32], finish: impl Fn(&mut [f32])) {
    for (j, panel) in panels.chunks_exact(PANEL * k).enumerate().take(n.div_ceil(PANEL)) {
        let first = j * PANEL;
        let extents = [m, PANEL.min(n - first), k];
        super::gemm(extents, a, Mat::new(panel, PANEL, 1), 0.0, &mut c[first..], (n, 1));
    }
    finish(c);
}

#[cfg(test)]
mod tests {
    use super::super::matmul::{self, Epilogue};
    use super::*;
    use crate::kernel::words;
    use crate::layout::{Layout, Storage};
    use crate::ops::activation::Activation;
    use crate::ops::case::{noise, stored_noise};
    use crate::tensor::HostTensor;

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
            run(&FORWARD, &stored_noise([n, k], Storage::F32(Layout::Panels), 3)),
            run(&matmul::FORWARD, &noise(&[n, k], 1.0, 3))
        );
    }
}
