//! The kernels of `linear` for packed weights, for inference: `y = act(x weight^T + bias)`, `x` `[..,K]`, `weight` `[N,K]` as
//! [`Precision`] packs its rows, `bias` `[N]`, `y` `[..,N]`. They are [`super::matmul`]'s with another reading of `y`.

use super::matmul::{Params, product_kernel};
use super::transposed::gemm_unpacking;
use crate::kernel::{Access, Args, Kernel, Variant};
use crate::precision::Precision;
use triptych_shaders as wgsl;

/// `out[i,j] = act(sum_l x[i,l] weight[j,l] + bias[j])`, x `[M,K]`, weight `[N,K]` in words of two f16.
pub(in crate::ops) static F16: Kernel =
    product_kernel!("packed.f16", wgsl::LIB_LINES_F16, |args| definition(args, Precision::F16), |args| fast(
        args,
        Precision::F16
    ));

/// `out[i,j] = act(scale[j] sum_l x[i,l] q[j,l] + bias[j])`, x `[M,K]`, weight `[N,K]` in words of a scale and four int8.
pub(in crate::ops) static INT8: Kernel =
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

#[cfg(test)]
mod tests {
    use super::super::matmul::{self, Epilogue};
    use super::*;
    use crate::kernel::words;
    use crate::layout::Storage;
    use crate::ops::case::{noise, stored_noise};

    /// The packed product is that of the matrix which the words stand for.
    #[test]
    fn definition_is_the_product_with_the_unpacked_matrix() {
        let ([m, n, k], x, bias) = ([3, 5, 7], noise(&[3, 7], 1.0, 1), noise(&[5], 1.0, 2));
        for (precision, storage) in [(Precision::F16, Storage::F16), (Precision::Int8, Storage::Int8)] {
            let packed = stored_noise([n, k], storage, 3);
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
