//! Products of few rows, as of one token. Each number of `b` is used a few times at most, so that reading it is all the
//! cost: `b` is read once, as it lies, and nothing is packed.

use super::{Mat, with_scratch};
use crate::dispatch::{MulAdd, dispatched};
use crate::dot::dots;

/// A product of fewer rows is skinny.
pub(in crate::ops) const ROWS: usize = 4;

/// Whether rows or columns of `b` are contiguous, which a skinny product needs.
pub(super) fn applies_to(m: usize, b: Mat) -> bool {
    m < ROWS && (b.rs == 1 || b.cs == 1)
}

dispatched! {
    /// `c = beta c + a b`, where `k` is 0 or [`applies_to`] holds; the caller has checked that all extents stay within the slices.
    pub(super) fn gemm<M: MulAdd>(
        extents: [usize; 3],
        a: Mat,
        b: Mat,
        beta: f32,
        c: &mut [f32],
        strides: (usize, usize),
    ) {
        let ([m, n, k], (rsc, csc)) = (extents, strides);
        if m * n == 0 {
            return;
        }
        with_scratch(m * (k + n), |scratch| {
            let (rows, sums) = scratch.split_at_mut(m * k);
            a.copy_rows(k, rows);
            match (k, b.cs) {
                (0, _) => sums.fill(0.0),
                (_, 1) => by_rows::<M>(rows, k, b, sums, n),
                _ => by_columns(rows, k, b, sums, n),
            }
            for (i, sums) in sums.chunks_exact(n).enumerate() {
                for (j, &sum) in sums.iter().enumerate() {
                    let c = &mut c[i * rsc + j * csc];
                    *c = if beta == 0.0 { sum } else { M::mul_add(beta, *c, sum) };
                }
            }
        });
    }
}

/// Places of `b` that are read side by side: a processor fetches ahead along every line in which memory is read. They lie far
/// apart, because it takes those in one page for one.
pub(in crate::ops) const STREAMS: usize = 4;

/// `sums[i] = sum_l rows[i][l] b[l]`, rows of `b` contiguous.
#[inline(always)]
fn by_rows<M: MulAdd>(rows: &[f32], k: usize, b: Mat, sums: &mut [f32], n: usize) {
    sums.fill(0.0);
    let part = k / STREAMS;
    for l in 0..part {
        add_lines::<M, _>(std::array::from_fn::<_, STREAMS, _>(|s| s * part + l), rows, k, b, sums, n);
    }
    for l in STREAMS * part..k {
        add_lines::<M, _>([l], rows, k, b, sums, n);
    }
}

/// `sums[i] += sum_l rows[i][l] b[l]` over these `l`.
#[inline(always)]
fn add_lines<M: MulAdd, const S: usize>(
    at: [usize; S],
    rows: &[f32],
    k: usize,
    b: Mat,
    sums: &mut [f32],
    n: usize,
) {
    let lines = at.map(|l| &b.data[l * b.rs..][..n]);
    for (row, sums) in rows.chunks_exact(k).zip(sums.chunks_exact_mut(n)) {
        let x = at.map(|l| row[l]);
        for (j, sum) in sums.iter_mut().enumerate() {
            for (x, line) in x.iter().zip(&lines) {
                *sum = M::mul_add(*x, line[j], *sum);
            }
        }
    }
}

/// `sums[i][j] = rows[i] . b^T[j]`, columns of `b` contiguous.
#[inline(always)]
fn by_columns(rows: &[f32], k: usize, b: Mat, sums: &mut [f32], n: usize) {
    let part = n / STREAMS;
    for j in 0..part {
        multiply_columns(std::array::from_fn::<_, STREAMS, _>(|s| s * part + j), rows, k, b, sums, n);
    }
    for j in STREAMS * part..n {
        multiply_columns([j], rows, k, b, sums, n);
    }
}

/// `sums[i][j] = rows[i] . b^T[j]` of these `j`.
#[inline(always)]
fn multiply_columns<const S: usize>(
    at: [usize; S],
    rows: &[f32],
    k: usize,
    b: Mat,
    sums: &mut [f32],
    n: usize,
) {
    let columns = at.map(|j| &b.data[j * b.cs..][..k]);
    for (row, sums) in rows.chunks_exact(k).zip(sums.chunks_exact_mut(n)) {
        for (j, product) in at.into_iter().zip(dots(row, columns)) {
            sums[j] = product;
        }
    }
}
