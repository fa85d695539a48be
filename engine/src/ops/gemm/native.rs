//! The product of matrices by the `gemm` crate, and its columns on all cores.

use rayon::prelude::*;

use super::{Mat, check};

/// Multiplications of a product that is worth being cut.
const WORTH_CUTTING: usize = 32_768;

/// `c = beta c + a b`, as [`super::gemm`].
pub(super) fn gemm(
    extents: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    (rsc, csc): (usize, usize),
) {
    check(extents, a, b, Mat::new(c, rsc, csc));
    // SAFETY: the extents stay within the slices, and `c` is borrowed by this call alone.
    unsafe { multiply(extents, a, b, beta, c.as_mut_ptr(), (rsc, csc)) }
}

/// `c = beta c + a b`, `c` `[m,n]` contiguous, its columns in pieces of `columns`, each of which packs its part of `b` alone
/// and is written where it belongs.
pub(super) fn in_columns([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], columns: usize) {
    check([m, n, k], a, b, Mat::new(c, n, 1));
    let whole = Columns(c.as_mut_ptr());
    let piece = |j: usize| {
        // SAFETY: `j < n`, the extents stay within the slices, which outlive all pieces, and no two of those have a column in
        // common.
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
    /// The first element of column `j`.
    ///
    /// # Safety
    /// `j` is a column of the matrix.
    unsafe fn from(&self, j: usize) -> *mut f32 {
        // SAFETY: the first row has an element in every column.
        unsafe { self.0.add(j) }
    }
}

/// `c = beta c + a b`; with `beta` 0, `c` is not read.
///
/// # Safety
/// All extents with their strides stay within `a`, `b` and what `c` points to. Nobody else uses the elements of `c` meanwhile.
unsafe fn multiply(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: *mut f32,
    (rsc, csc): (usize, usize),
) {
    // SAFETY: the caller keeps all that is read and written within what the pointers were made of. Without parallelism, the
    // crate's threads have no part in it.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo xtask lint --miri` runs this too: in small, and so on one thread, since Miri needs too long for those of rayon.
    #[test]
    fn pieces_write_their_own_columns_and_nothing_else() {
        let [m, n, k] = if cfg!(miri) { [3, 7, 4] } else { [30, 70, 40] };
        let values = |count: usize| -> Vec<f32> { (0..count).map(|i| (i % 5) as f32 - 2.0).collect() };
        let (a, b) = (values(m * k), values(k * n));
        let b = Mat::new(&b, n, 1);
        for a in [Mat::new(&a, k, 1), Mat::new(&a, 1, m)] {
            for beta in [0.0, 1.0] {
                let (mut whole, mut cut) = (vec![1.0; m * n], vec![1.0; m * n + 1]);
                gemm([m, n, k], a, b, beta, &mut whole, (n, 1));
                in_columns([m, n, k], a, b, beta, &mut cut, 3);
                assert_eq!(cut.split_last(), Some((&1.0, &whole[..])));
            }
        }
    }

    #[test]
    #[should_panic(expected = "c is smaller than [2,2]")]
    fn a_short_result_is_refused() {
        let one = Mat::new(&[1.0; 4], 2, 1);
        gemm([2, 2, 2], one, one, 0.0, &mut [0.0; 3], (2, 1));
    }

    #[test]
    #[should_panic(expected = "a is smaller than [2,2]")]
    fn strides_that_wrap_are_refused() {
        let (a, b) = (Mat::new(&[1.0; 4], usize::MAX, 1), Mat::new(&[1.0; 4], 2, 1));
        gemm([2, 2, 2], a, b, 0.0, &mut [0.0; 4], (2, 1));
    }
}
