//! Lines laid side by side in panels, as the register tile reads them.

use std::arch::wasm32::*;

/// Lays `count` lines of `depth` elements as panels of `W` lines, `[count / W, depth, W]`; lines beyond the last are
/// zero. Element `l` of line `i` stands at `i * line + l * step` of `from`.
pub(crate) fn pack<const W: usize>(
    to: &mut [f32],
    from: &[f32],
    (line, step): (usize, usize),
    count: usize,
    depth: usize,
) {
    for (panel, to) in to.chunks_exact_mut(W * depth).take(count.div_ceil(W)).enumerate() {
        let lines = W.min(count - panel * W);
        let from = &from[panel * W * line..];
        if line == 1 && lines == W {
            for (l, to) in to.chunks_exact_mut(W).enumerate() {
                to.copy_from_slice(&from[l * step..][..W]);
            }
            continue;
        }
        if step == 1 && lines == W {
            transpose::<W>(to, from, line, depth);
            continue;
        }
        to.fill(0.0);
        for i in 0..lines {
            let values = from[i * line..].iter().step_by(step);
            to[i..].iter_mut().step_by(W).zip(values).for_each(|(to, from)| *to = *from);
        }
    }
}

/// A panel of `W` contiguous lines, `W` even, transposed in blocks of four lines and then of two.
fn transpose<const W: usize>(to: &mut [f32], from: &[f32], line: usize, depth: usize) {
    let lines: [&[f32]; W] = std::array::from_fn(|i| &from[i * line..][..depth]);
    let whole = depth - depth % 4;
    for l in (0..whole).step_by(4) {
        // SAFETY: `l + 4 <= depth`, the length of every line.
        let load = |i: usize| unsafe { v128_load(lines[i].as_ptr().add(l).cast()) };
        let to = &mut to[l * W..][..4 * W];
        let mut first = 0;
        while first + 4 <= W {
            let [a, b, c, d] = [first, first + 1, first + 2, first + 3].map(load);
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            let rows = [i64x2_shuffle::<0, 2>(ab, cd), i64x2_shuffle::<1, 3>(ab, cd)];
            let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            let rows = [rows[0], rows[1], i64x2_shuffle::<0, 2>(ab, cd), i64x2_shuffle::<1, 3>(ab, cd)];
            for (r, row) in rows.into_iter().enumerate() {
                // SAFETY: `r < 4` and `first + 4 <= W`.
                unsafe { v128_store(to.as_mut_ptr().add(r * W + first).cast(), row) };
            }
            first += 4;
        }
        if first < W {
            let [a, b] = [first, first + 1].map(load);
            let (low, high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
            let to = to.as_mut_ptr();
            // SAFETY: `first + 2 <= W`, so that a row of `to` has the two values.
            unsafe {
                v128_store64_lane::<0>(low, to.add(first).cast());
                v128_store64_lane::<1>(low, to.add(W + first).cast());
                v128_store64_lane::<0>(high, to.add(2 * W + first).cast());
                v128_store64_lane::<1>(high, to.add(3 * W + first).cast());
            }
        }
    }
    for (l, to) in to.chunks_exact_mut(W).enumerate().skip(whole) {
        to.copy_from_slice(&lines.map(|line| line[l]));
    }
}
