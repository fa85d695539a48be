//! The product of matrices by the `gemm` crate, and its columns on all cores.

use rayon::prelude::*;

use super::Mat;

/// Multiplications of a product that is worth being cut.
const WORTH_CUTTING: usize = 32_768;

/// `c = beta c + a b`; the caller has checked that all extents stay within the slices.
pub fn gemm(extents: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], strides: (usize, usize)) {
    // SAFETY: the caller has checked the extents.
    unsafe { multiply(extents, a, b, beta, c.as_mut_ptr(), strides) }
}

/// `c = beta c + a b`, `c` `[m,n]` contiguous, its columns in pieces of `columns`, each of which packs its part of `b` alone
/// and is written where it belongs.
pub fn in_columns([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], columns: usize) {
    assert!(c.len() >= m * n && a.holds(m, k) && b.holds(k, n), "a product of [{m},{k}] and [{k},{n}]");
    let whole = Columns(c.as_mut_ptr());
    let piece = |j: usize| {
        // SAFETY: the extents stay within the slices, and no two pieces have a column in common.
        unsafe { multiply([m, columns.min(n - j), k], a, b.from_col(j), beta, whole.from(j), (n, 1)) }
    };
    let starts = 0..n.div_ceil(columns);
    match m * n * k > WORTH_CUTTING {
        true => starts.into_par_iter().for_each(|i| piece(i * columns)),
        false => starts.for_each(|i| piece(i * columns)),
    }
}

/// A matrix of which every thread writes columns of its own.
struct Columns(*mut f32);

// SAFETY: the pointer is only used for columns that no other thread has.
unsafe impl Sync for Columns {}

impl Columns {
    /// SAFETY: `j` is a column of the matrix.
    unsafe fn from(&self, j: usize) -> *mut f32 {
        // SAFETY: as above.
        unsafe { self.0.add(j) }
    }
}

/// SAFETY: all extents with their strides stay within `a`, `b` and what `c` points to, which nobody else uses.
unsafe fn multiply(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: *mut f32,
    (rsc, csc): (usize, usize),
) {
    // SAFETY: as above.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c,
            csc as isize,
            rsc as isize,
            beta != 0.0,
            a.data.as_ptr(),
            a.cs as isize,
            a.rs as isize,
            b.data.as_ptr(),
            b.cs as isize,
            b.rs as isize,
            beta,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
