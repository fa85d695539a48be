//! Products of few rows, as of one token, with a matrix in panels: reading it is all the cost.

use super::super::skinny::STREAMS;
use super::super::{Mat, with_scratch};
use super::{NR, Skinny};

/// `c = a b`, `c` `[m,n]` contiguous, `b` `[k,n]` as panels `[n/8,k,8]`, `k` at least 1; the caller has checked that all extents
/// stay within the slices.
pub(crate) fn gemm_panels([m, n, k]: [usize; 3], a: Mat, panels: &[f32], c: &mut [f32], skinny: Skinny) {
    let count = n.div_ceil(NR);
    let part = count / STREAMS;
    let panels = &panels[..count * NR * k];
    with_scratch(m * k, |rows| {
        a.copy_rows(k, rows);
        // The first of four panels and their distance; of those that are left each stands for all four.
        let fours = (0..part).map(|first| (first, part));
        for (first, apart) in fours.chain((STREAMS * part..count).map(|first| (first, 0))) {
            for (row, c) in rows.chunks_exact(k).zip(c.chunks_exact_mut(n)) {
                let (start, step) = (panels[first * NR * k..].as_ptr(), apart * NR * k * size_of::<f32>());
                let mut sums = [[0.0; NR]; STREAMS];
                // SAFETY: `row` has `k` values, each of the panels `k` lines, and the last of them is one of `count`.
                unsafe { skinny(row.as_ptr(), start, step, k, sums.as_flattened_mut().as_mut_ptr()) };
                for (s, sums) in sums.into_iter().enumerate() {
                    c[(first + s * apart) * NR..].iter_mut().zip(sums).for_each(|(c, sum)| *c = sum);
                }
            }
        }
    });
}
