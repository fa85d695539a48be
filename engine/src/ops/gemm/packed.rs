//! Affine maps by a packed matrix, for inference: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]` as
//! [`Precision`] packs its rows, `bias` `[N]`, `y` `[..,N]`. The kernels are [`super::matmul`]'s with another reading of `y`.

use super::linear::linear;
use super::matmul::{Params, product_kernel};
use super::transposed::gemm_unpacking;
use crate::kernel::{Access, Args, Kernel, Variant};
use crate::layout::{Layout, Storage};
use crate::ops::activation::Activation;
use crate::ops::case::{Case, noise};
use crate::plan::Matrix;
use crate::precision::Precision;
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

/// `out[i,j] = act(sum_l x[i,l] weight[j,l] + bias[j])`, x `[M,K]`, weight `[N,K]` in words of two f16.
pub static F16: Kernel =
    product_kernel!("packed.f16", wgsl::LIB_LINES_F16, |args| definition(args, Precision::F16), |args| fast(
        args,
        Precision::F16
    ));

/// `out[i,j] = act(scale[j] sum_l x[i,l] q[j,l] + bias[j])`, x `[M,K]`, weight `[N,K]` in words of a scale and four int8.
pub static INT8: Kernel =
    product_kernel!("packed.int8", wgsl::LIB_LINES_INT8, |args| definition(args, Precision::Int8), |args| {
        fast(args, Precision::Int8)
    });

fn definition(args: &mut Args, precision: Precision) {
    let p: Params = args.params();
    let [m, n, k] = p.extents();
    let (words, x, bias) = (args.ids(1), p.x(args.read[0], 0), args.read[2]);
    let mut line = vec![0.0; k];
    for (j, words) in words.chunks_exact(precision.row_words(k)).enumerate() {
        precision.unpack(words, &mut line);
        for i in 0..m {
            let start: f64 = if p.has_bias == 1 { bias[j] as f64 } else { 0.0 };
            let products =
                line.iter().enumerate().map(|(l, w)| x.data[i * x.rs + l * x.cs] as f64 * *w as f64);
            let sum = start + products.sum::<f64>();
            args.write[0][i * n + j] = p.act().map_or(sum, |act| act.value(sum)) as f32;
        }
    }
}

fn fast(args: &mut Args, precision: Precision) {
    let p: Params = args.params();
    let [m, n, k] = p.extents();
    let (words, x, bias) = (args.ids(1), p.x(args.read[0], 0), args.read[2]);
    let row = precision.row_words(k);
    let unpack = |j: usize, lines: &mut [f32]| {
        for (words, line) in words[j * row..].chunks_exact(row).zip(lines.chunks_exact_mut(k)) {
            precision.unpack(words, line);
        }
    };
    gemm_unpacking([m, n, k], x, unpack, args.write[0], |rows| p.finish(rows, bias));
}

/// A matrix `[N,K]` of noise in words `[N,W]`.
pub(in crate::ops) fn packed_noise([n, k]: [usize; 2], precision: Precision, seed: u64) -> HostTensor {
    let (matrix, mut words) = (noise(&[n, k], 1.0, seed), Vec::new());
    for row in matrix.as_f32().chunks(k) {
        precision.pack(row, &mut words).expect("noise is finite and small");
    }
    HostTensor::u32([n, precision.row_words(k)], words)
}

/// Both precisions, with widths that do and do not fill their words, one row and many.
pub fn cases() -> Vec<Case> {
    let case = |x: &[usize], n: usize, bias: bool, act: Option<Activation>, precision: Precision| {
        let k = x[x.len() - 1];
        let inputs = vec![noise(x, 1.0, 1), packed_noise([n, k], precision, 2), noise(&[n], 1.0, 3)];
        let name = format!("linear {} to {n} {act:?} {}", inputs[0].shape, precision.name());
        let storage = Storage::new(precision, Layout::Rows);
        let matrix = move |slot| Matrix { slot, extents: [n, k], storage };
        Case::new(name, inputs, move |b, s| linear(b, s[0], matrix(s[1]), bias.then_some(s[2]), act))
            .tolerance(2e-5)
            .constant(0)
            .constant(2)
    };
    let of = |precision| {
        [
            case(&[2, 3, 4], 5, true, None, precision),
            case(&[1, 1], 1, false, None, precision),
            case(&[1, 257], 130, true, None, precision),
            case(&[70, 63], 65, true, Some(Activation::QuickGelu), precision),
            case(&[3, 66], 17, false, Some(Activation::Gelu), precision),
            case(&[33, 128], 200, true, None, precision),
        ]
    };
    [Precision::F16, Precision::Int8].into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::matmul::{self, Epilogue};
    use super::*;
    use crate::kernel::words;

    /// The packed product is that of the matrix which the words stand for.
    #[test]
    fn definition_is_the_product_with_the_unpacked_matrix() {
        let ([m, n, k], x, bias) = ([3, 5, 7], noise(&[3, 7], 1.0, 1), noise(&[5], 1.0, 2));
        for precision in [Precision::F16, Precision::Int8] {
            let packed = packed_noise([n, k], precision, 3);
            let mut matrix = vec![0.0; n * k];
            let rows = packed.as_u32().chunks(precision.row_words(k));
            rows.zip(matrix.chunks_mut(k)).for_each(|(words, row)| precision.unpack(words, row));
            let run = |kernel: &Kernel, y: &[f32], row: usize| {
                let params = words(&Params::new([1, m, n, k], [[0, k, 1], [0, 1, row]], Epilogue::default()));
                let mut out = vec![0.0; m * n];
                let read = vec![x.as_f32(), y, bias.as_f32()];
                (kernel.cpu)(&mut Args { params: &params, read, write: vec![&mut out] });
                out
            };
            let kernel = if precision == Precision::F16 { &F16 } else { &INT8 };
            let got = run(kernel, bytemuck::cast_slice(packed.as_u32()), precision.row_words(k));
            assert_eq!(got, run(&matmul::FORWARD, &matrix, k), "{precision:?}");
        }
    }
}
