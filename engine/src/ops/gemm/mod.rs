//! `c = beta c + a b` for strided matrices in f32: the one inner loop of matmul, linear, convolution and attention.
//!
//! Natively the `gemm` crate does the work (`native`), in WebAssembly `wasm`, for a few rows or columns `skinny`. The ops
//! whose kernels are such products stand beside them: [`matmul`] and [`linear`], with its kernels for the ways to store a weight,
//! `packed` and `panels`. Results do not depend on the number of threads: work is cut at fixed places and partial sums are
//! added in order.

pub mod linear;
pub mod matmul;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub(in crate::ops) mod packed;
pub(in crate::ops) mod panels;
pub(super) mod skinny;
mod transposed;
#[cfg(target_arch = "wasm32")]
mod wasm;

use std::cell::RefCell;

use crate::dispatch::dispatched;
use crate::kernel::for_rows;
use transposed::by_columns;

/// A matrix in a slice: element `(i, j)` is `data[i * rs + j * cs]`.
#[derive(Clone, Copy)]
pub struct Mat<'a> {
    /// From element `(0, 0)` on.
    pub data: &'a [f32],
    /// Row stride, in elements.
    pub rs: usize,
    /// Column stride, in elements.
    pub cs: usize,
}

impl<'a> Mat<'a> {
    /// Of `[m,n]` stored by rows `rs` is n and `cs` 1; by columns `rs` is 1 and `cs` m.
    pub fn new(data: &'a [f32], rs: usize, cs: usize) -> Self {
        Mat { data, rs, cs }
    }

    /// Without its first `i` rows.
    pub fn from_row(self, i: usize) -> Self {
        Mat { data: &self.data[i * self.rs..], ..self }
    }

    /// Without its first `j` columns.
    pub fn from_col(self, j: usize) -> Self {
        Mat { data: &self.data[j * self.cs..], ..self }
    }

    /// The rows of `k` elements that fill `to`, one after another.
    fn copy_rows(self, k: usize, to: &mut [f32]) {
        for (i, row) in to.chunks_exact_mut(k.max(1)).enumerate() {
            row.iter_mut().enumerate().for_each(|(l, x)| *x = self.data[i * self.rs + l * self.cs]);
        }
    }

    /// Whether a matrix of this extent lies within the slice.
    fn holds(&self, rows: usize, cols: usize) -> bool {
        let (Some(i), Some(j)) = (rows.checked_sub(1), cols.checked_sub(1)) else { return true };
        let last = i.checked_mul(self.rs).zip(j.checked_mul(self.cs)).and_then(|(i, j)| i.checked_add(j));
        last.is_some_and(|last| last < self.data.len())
    }

    /// Rows as columns.
    fn transposed(self) -> Self {
        Mat { rs: self.cs, cs: self.rs, ..self }
    }
}

/// `c = beta c + a b` on this thread, `c` `[m,n]` with row stride `rsc` and column stride `csc`, `a` `[m,k]`,
/// `b` `[k,n]`. With `beta` 0, `c` is not read.
pub fn gemm([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], (rsc, csc): (usize, usize)) {
    check([m, n, k], a, b, Mat::new(c, rsc, csc));
    if k == 0 || skinny::applies_to(m, b) {
        skinny::gemm([m, n, k], a, b, beta, c, (rsc, csc));
    } else if skinny::applies_to(n, a.transposed()) {
        skinny::gemm([n, m, k], b.transposed(), a.transposed(), beta, c, (csc, rsc));
    } else {
        body([m, n, k], a, b, beta, c, (rsc, csc));
    }
}

/// That all extents stay within the slices.
fn check([m, n, k]: [usize; 3], a: Mat, b: Mat, c: Mat) {
    assert!(a.holds(m, k), "a is smaller than [{m},{k}]");
    assert!(b.holds(k, n), "b is smaller than [{k},{n}]");
    assert!(c.holds(m, n), "c is smaller than [{m},{n}]");
}

#[cfg(not(target_arch = "wasm32"))]
use native::{gemm as body, in_columns};
#[cfg(target_arch = "wasm32")]
use wasm::gemm as body;

/// As [`FEW_ROWS`], where `b` lies by rows: then nothing has to be transposed.
#[cfg(not(target_arch = "wasm32"))]
const SOME_ROWS: usize = 512;

/// Up to so many rows of `c` its columns are cut: a piece of them packs its own part of `b` and all of the smaller `a`,
/// while a piece of rows would pack all of `b`.
const FEW_ROWS: usize = 128;

/// Rows or columns of `c` per parallel piece: enough to pay for packing the other factor, few enough to stay in the L2
/// cache; 16 is a multiple of every register tile's extent.
fn piece(count: usize) -> usize {
    let pieces = count.div_ceil(64).min(8.max(count / 512));
    count.div_ceil(pieces).next_multiple_of(16)
}

/// Length of the pieces of a long inner dimension, and of any in a product of few rows: a piece of `b` is contiguous.
const PIECE_K: usize = 1024;
const SKINNY_PIECE_K: usize = 128;

/// `c = beta c + a b` on all cores, `c` `[m,n]` contiguous; `finish` is applied to every finished run of rows.
pub fn gemm_parallel(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    finish: impl Fn(&mut [f32]) + Sync,
) {
    // One thread packs either factor once where nothing is cut.
    if cfg!(target_arch = "wasm32") {
        gemm([m, n, k], a, b, beta, c, (n, 1));
        return finish(c);
    }
    if skinny::applies_to(m, b) && b.cs == 1 {
        split_inner([m, n, k], a, b, beta, c, SKINNY_PIECE_K);
        return finish(c);
    }
    if k >= 4 * PIECE_K && k > m {
        split_inner([m, n, k], a, b, beta, c, PIECE_K);
        return finish(c);
    }
    #[cfg(not(target_arch = "wasm32"))]
    if b.cs == 1 && m <= SOME_ROWS && n > FEW_ROWS {
        in_columns([m, n, k], a, b, beta, c, piece(n));
        return for_rows(c, n, n, |_, row| finish(row));
    }
    if m <= FEW_ROWS && n > FEW_ROWS {
        return by_columns([m, n, k], a, b, beta, c, finish);
    }
    let rows = piece(m);
    for_rows(c, rows * n, rows * n * k, |i, piece| {
        gemm([piece.len() / n, n, k], a.from_row(i * rows), b, beta, piece, (n, 1));
        finish(piece);
    });
}

/// The inner dimension in pieces of this length, whose products are added up in order.
fn split_inner([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], piece_k: usize) {
    if beta == 0.0 {
        c.fill(0.0);
    } else if beta != 1.0 {
        c.iter_mut().for_each(|c| *c *= beta);
    }
    add_pieces(c, k.div_ceil(piece_k), m * n * piece_k, |i, piece| {
        let start = i * piece_k;
        let length = piece_k.min(k - start);
        gemm([m, n, length], a.from_col(start), b.from_row(start), 0.0, piece, (n, 1));
    });
}

dispatched! {
    /// Adds to `out` what `body(i, partial)` assigns to `partial`, which is as long as `out`, for every `i < pieces`:
    /// the calls go to all cores, the sum is taken in order. `work` is the cost of a call, as in [`for_rows`].
    pub fn add_pieces(out: &mut [f32], pieces: usize, work: usize, body: impl Fn(usize, &mut [f32]) + Sync) {
        const RUN: usize = 1024;
        let len = out.len();
        with_scratch(pieces * len, |partials| {
            for_rows(partials, len, work, body);
            let partials = &*partials;
            for_rows(out, RUN, RUN * pieces, |i, out| {
                for partial in partials.chunks(len) {
                    out.iter_mut().zip(&partial[i * RUN..]).for_each(|(out, p)| *out += p);
                }
            });
        });
    }
}

/// Runs `body` with `len` floats of unspecified contents, kept by the thread for the next call.
pub fn with_scratch<T>(len: usize, body: impl FnOnce(&mut [f32]) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
    }
    let mut buffer = SCRATCH.with_borrow_mut(Vec::pop).unwrap_or_default();
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    let result = body(&mut buffer[..len]);
    SCRATCH.with_borrow_mut(|kept| kept.push(buffer));
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::case::noise;

    fn definition(
        [m, n, k]: [usize; 3],
        a: Mat,
        b: Mat,
        beta: f32,
        c: &[f32],
        rsc: usize,
        csc: usize,
    ) -> Vec<f32> {
        let mut want = c.to_vec();
        for i in 0..m {
            for j in 0..n {
                let sum: f64 = (0..k)
                    .map(|l| a.data[i * a.rs + l * a.cs] as f64 * b.data[l * b.rs + j * b.cs] as f64)
                    .sum();
                let c = &mut want[i * rsc + j * csc];
                *c = (beta as f64 * *c as f64 + sum) as f32;
            }
        }
        want
    }

    fn assert_close(got: &[f32], want: &[f32], k: usize) {
        let tolerance = 1e-6 * (k as f32).sqrt();
        for (i, (g, w)) in got.iter().zip(want).enumerate() {
            assert!((g - w).abs() <= tolerance * (1.0 + w.abs()), "element {i}: {g}, expected {w}");
        }
    }

    #[test]
    fn strided_products_match_the_definition() {
        for [m, n, k] in [
            [1, 1, 1],
            [2, 3, 5],
            [3, 40, 33],
            [40, 2, 33],
            [3, 7, 0],
            [9, 9, 0],
            [4, 8, 3],
            [5, 9, 64],
            [63, 65, 17],
            [1, 64, 257],
            [65, 1, 63],
            [13, 31, 300],
        ] {
            for transposed in 0..8 {
                let strides =
                    |bit: usize, rows, cols| if transposed & bit == 0 { (cols, 1) } else { (1, rows) };
                let (a, b, c) = (noise(&[m * k], 1.0, 1), noise(&[k * n], 1.0, 2), noise(&[m * n], 1.0, 3));
                let ((rsa, csa), (rsb, csb), (rsc, csc)) =
                    (strides(1, m, k), strides(2, k, n), strides(4, m, n));
                let (a, b) = (Mat::new(a.as_f32(), rsa, csa), Mat::new(b.as_f32(), rsb, csb));
                for beta in [0.0, 1.0, 0.5] {
                    let mut got = c.as_f32().to_vec();
                    gemm([m, n, k], a, b, beta, &mut got, (rsc, csc));
                    assert_close(&got, &definition([m, n, k], a, b, beta, c.as_f32(), rsc, csc), k);
                }
            }
        }
    }

    #[test]
    fn pieces_match_the_definition_and_repeat_their_bits() {
        for [m, n, k] in
            [[3, 5, 4 * PIECE_K + 1], [700, 33, 9], [1025, 2, 65], [50, 300, 33], [513, 300, 7], [1, 1025, 8]]
        {
            let (a, b, c) = (noise(&[m, k], 1.0, 1), noise(&[k, n], 1.0, 2), noise(&[m, n], 1.0, 3));
            let a = Mat::new(a.as_f32(), k, 1);
            for b in [Mat::new(b.as_f32(), n, 1), Mat::new(b.as_f32(), 1, k)] {
                let run = |beta| {
                    let mut got = c.as_f32().to_vec();
                    gemm_parallel([m, n, k], a, b, beta, &mut got, |_| ());
                    got
                };
                for beta in [0.0, 1.0, 0.5] {
                    let got = run(beta);
                    assert_close(&got, &definition([m, n, k], a, b, beta, c.as_f32(), n, 1), k);
                    assert_eq!(got, run(beta));
                }
            }
        }
    }

    #[test]
    fn finish_sees_every_element_once() {
        let (m, n) = (1000, 7);
        let (a, b) = (vec![1.0; m], vec![1.0; n]);
        let mut c = vec![0.0; m * n];
        gemm_parallel([m, n, 1], Mat::new(&a, 1, 1), Mat::new(&b, n, 1), 0.0, &mut c, |piece| {
            piece.iter_mut().for_each(|c| *c += 1.0);
        });
        assert_eq!(c, vec![2.0; m * n]);
    }
}
