//! Products of few rows, as of one token. Each number of `b` is used a few times at most, so that reading it is all the
//! cost: `b` is read once, as it lies, and nothing is packed.

use super::fast_math::{fma, sum};
use super::gemm::{Mat, with_scratch};

/// A product of fewer rows is thin.
const ROWS: usize = 4;

/// Whether rows or columns of `b` are contiguous, which a thin product needs.
pub(super) fn takes(m: usize, b: Mat) -> bool {
    m < ROWS && (b.rs == 1 || b.cs == 1)
}

/// `c = beta c + a b`, where `k` is 0 or [`takes`] holds; the caller has checked that all extents stay within the slices.
pub(super) fn gemm(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    (rsc, csc): (usize, usize),
) {
    if m * n == 0 {
        return;
    }
    with_scratch(m * (k + n), |scratch| {
        let (rows, sums) = scratch.split_at_mut(m * k);
        for (i, row) in rows.chunks_exact_mut(k.max(1)).enumerate() {
            row.iter_mut().enumerate().for_each(|(l, x)| *x = a.data[i * a.rs + l * a.cs]);
        }
        match (k, b.cs) {
            (0, _) => sums.fill(0.0),
            (_, 1) => by_rows(rows, k, b, sums, n),
            _ => by_columns(rows, k, b, sums, n),
        }
        for (i, sums) in sums.chunks_exact(n).enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let c = &mut c[i * rsc + j * csc];
                *c = if beta == 0.0 { sum } else { fma(beta, *c, sum) };
            }
        }
    });
}

/// `sums[i] = sum_l rows[i][l] b[l]`, rows of `b` contiguous. Taking several of them at once would save reading and writing the
/// sums, but memory is read ahead best in one line: in Chromium four at once took half as long again.
fn by_rows(rows: &[f32], k: usize, b: Mat, sums: &mut [f32], n: usize) {
    sums.fill(0.0);
    for l in 0..k {
        let line = &b.data[l * b.rs..][..n];
        for (row, sums) in rows.chunks_exact(k).zip(sums.chunks_exact_mut(n)) {
            let x = row[l];
            sums.iter_mut().zip(line).for_each(|(sum, y)| *sum = fma(x, *y, *sum));
        }
    }
}

/// `sums[i][j] = rows[i] . b^T[j]`, columns of `b` contiguous.
fn by_columns(rows: &[f32], k: usize, b: Mat, sums: &mut [f32], n: usize) {
    for j in 0..n {
        let column = &b.data[j * b.cs..][..k];
        for (row, sums) in rows.chunks_exact(k).zip(sums.chunks_exact_mut(n)) {
            sums[j] = sum([row, column], |[x, y]| x * y);
        }
    }
}
