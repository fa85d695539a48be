//! Products of few rows, as of one token, with a matrix in panels: reading it is all the cost.

use std::arch::wasm32::*;

use super::NR;
use crate::ops::gemm::{Mat, with_scratch};
use crate::ops::gemm_thin::STREAMS;

/// `c = a b`, `c` `[m,n]` contiguous, `b` `[k,n]` as panels `[n/8,k,8]`, `k` at least 1; the caller has checked that all extents
/// stay within the slices.
pub fn gemm_panels([m, n, k]: [usize; 3], a: Mat, panels: &[f32], c: &mut [f32]) {
    with_scratch(m * k, |rows| {
        for (i, row) in rows.chunks_exact_mut(k).enumerate() {
            row.iter_mut().enumerate().for_each(|(l, x)| *x = a.data[i * a.rs + l * a.cs]);
        }
        let count = n.div_ceil(NR);
        let part = count / STREAMS;
        for p in 0..part {
            multiply(std::array::from_fn::<_, STREAMS, _>(|s| s * part + p), rows, k, panels, c, n);
        }
        for p in STREAMS * part..count {
            multiply([p], rows, k, panels, c, n);
        }
    });
}

/// `c[i] = sum_l rows[i][l] b[l]` in the columns of these panels, which are read side by side.
fn multiply<const S: usize>(at: [usize; S], rows: &[f32], k: usize, panels: &[f32], c: &mut [f32], n: usize) {
    let panels = at.map(|p| &panels[p * NR * k..][..NR * k]);
    for (row, c) in rows.chunks_exact(k).zip(c.chunks_exact_mut(n)) {
        let mut sums = [[f32x4_splat(0.0); 2]; S];
        for (l, x) in row.iter().enumerate() {
            let x = f32x4_splat(*x);
            for (sums, panel) in sums.iter_mut().zip(&panels) {
                for (half, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: a panel has 8 values for each of the `k` values of a row.
                    let y = unsafe { v128_load(panel.as_ptr().add(l * NR + 4 * half).cast()) };
                    *sum = f32x4_add(*sum, f32x4_mul(x, y));
                }
            }
        }
        for (p, sums) in at.into_iter().zip(sums) {
            let mut columns = [0.0; NR];
            for (half, sum) in sums.into_iter().enumerate() {
                // SAFETY: either half has four values.
                unsafe { v128_store(columns.as_mut_ptr().add(4 * half).cast(), sum) };
            }
            c[p * NR..].iter_mut().zip(columns).for_each(|(c, sum)| *c = sum);
        }
    }
}
