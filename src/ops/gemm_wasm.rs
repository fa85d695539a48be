//! The product of matrices for WebAssembly: packed panels and a register tile of 128-bit vectors.
//!
//! The blocking is that of Goto and van de Geijn 2008. The tile is 6x8 with a fused multiply-add (`fused`). Plain simd128
//! has none, and a product needs a register before it is added: there it is 4x8.

mod fused;

use std::arch::wasm32::*;

use super::gemm::{Mat, with_scratch};

/// Columns of the register tile, and its rows in plain simd128.
const NR: usize = 8;
const PLAIN_MR: usize = 4;

/// Extents of the packed blocks: a panel of `b` (`KC * NR` floats) stays in the L1 cache, a block of `a`
/// (`PANELS * MR * KC`) in the L2 cache.
const PANELS: usize = 16;
const KC: usize = 256;
const NC: usize = 512;

/// `c = beta c + a b`, `k` at least 1; the caller has checked that all extents stay within the slices.
pub fn gemm([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], strides: (usize, usize)) {
    match fused::tile() {
        Some(tile) => blocked([m, n, k], a, b, beta, c, strides, tile),
        None => blocked([m, n, k], a, b, beta, c, strides, plain_tile),
    }
}

/// By `tile(a, b, sums)`, the product of panels `[l, MR]` and `[l, NR]`, `l` at least 1.
fn blocked<const MR: usize>(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    strides: (usize, usize),
    tile: impl Fn(&[f32], &[f32], &mut [[f32; NR]; MR]),
) {
    let (depth, most_rows) = (k.min(KC), PANELS * MR);
    let a_len = m.min(most_rows).next_multiple_of(MR) * depth;
    let b_len = n.min(NC).next_multiple_of(NR) * depth;
    with_scratch(a_len + b_len, |scratch| {
        let (a_packed, b_packed) = scratch.split_at_mut(a_len);
        for j in (0..n).step_by(NC) {
            let cols = NC.min(n - j);
            for l in (0..k).step_by(KC) {
                let depth = KC.min(k - l);
                pack::<NR>(b_packed, &b.data[l * b.rs + j * b.cs..], (b.cs, b.rs), cols, depth);
                let beta = if l == 0 { beta } else { 1.0 };
                for i in (0..m).step_by(most_rows) {
                    let rows = most_rows.min(m - i);
                    pack::<MR>(a_packed, &a.data[i * a.rs + l * a.cs..], (a.rs, a.cs), rows, depth);
                    let c = &mut c[i * strides.0 + j * strides.1..];
                    block([rows, cols, depth], a_packed, b_packed, beta, c, strides, &tile);
                }
            }
        }
    });
}

/// Lays `count` lines of `depth` elements as panels of `W` lines, `[count / W, depth, W]`; lines beyond the last are
/// zero. Element `l` of line `i` stands at `i * line + l * step` of `from`.
fn pack<const W: usize>(
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
            turn::<W>(to, from, line, depth);
            continue;
        }
        to.fill(0.0);
        for i in 0..lines {
            let values = from[i * line..].iter().step_by(step);
            to[i..].iter_mut().step_by(W).zip(values).for_each(|(to, from)| *to = *from);
        }
    }
}

/// A panel of `W` contiguous lines, `W` even, turned in blocks of four lines and then of two.
fn turn<const W: usize>(to: &mut [f32], from: &[f32], line: usize, depth: usize) {
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

/// `c = beta c + a b` for one packed block of each.
fn block<const MR: usize>(
    [m, n, k]: [usize; 3],
    a: &[f32],
    b: &[f32],
    beta: f32,
    c: &mut [f32],
    (rsc, csc): (usize, usize),
    tile: impl Fn(&[f32], &[f32], &mut [[f32; NR]; MR]),
) {
    let mut sums = [[0.0; NR]; MR];
    for (j, b) in b.chunks_exact(NR * k).take(n.div_ceil(NR)).enumerate() {
        for (i, a) in a.chunks_exact(MR * k).take(m.div_ceil(MR)).enumerate() {
            tile(a, b, &mut sums);
            let (rows, cols) = (MR.min(m - i * MR), NR.min(n - j * NR));
            for (r, sums) in sums.iter().enumerate().take(rows) {
                let start = (i * MR + r) * rsc + j * NR * csc;
                if csc == 1 && cols == NR {
                    let c = &mut c[start..start + NR];
                    c.iter_mut().zip(sums).for_each(|(c, sum)| put(c, beta, *sum));
                } else {
                    let c = c[start..].iter_mut().step_by(csc).take(cols);
                    c.zip(sums).for_each(|(c, sum)| put(c, beta, *sum));
                }
            }
        }
    }
}

/// With `beta` 0, `c` is not read.
#[inline(always)]
fn put(c: &mut f32, beta: f32, value: f32) {
    *c = if beta == 0.0 { value } else { beta * *c + value };
}

/// The product of a panel of four rows and a panel of eight columns.
#[inline(always)]
fn plain_tile(a: &[f32], b: &[f32], out: &mut [[f32; NR]; PLAIN_MR]) {
    let zero = f32x4_splat(0.0);
    let mut sums = [[zero; 2]; PLAIN_MR];
    for (a, b) in a.chunks_exact(PLAIN_MR).zip(b.chunks_exact(NR)) {
        // SAFETY: `a` has 4 and `b` 8 elements; wasm has no alignment requirement.
        unsafe {
            let (left, right) = (v128_load(b.as_ptr().cast()), v128_load(b.as_ptr().add(4).cast()));
            for (r, sums) in sums.iter_mut().enumerate() {
                let value = v128_load32_splat(a.as_ptr().add(r).cast());
                sums[0] = f32x4_add(sums[0], f32x4_mul(value, left));
                sums[1] = f32x4_add(sums[1], f32x4_mul(value, right));
            }
        }
    }
    for (out, [left, right]) in out.iter_mut().zip(sums) {
        // SAFETY: a row of `out` has 8 elements.
        unsafe {
            v128_store(out.as_mut_ptr().cast(), left);
            v128_store(out.as_mut_ptr().add(4).cast(), right);
        }
    }
}
