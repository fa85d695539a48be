//! The product of matrices for WebAssembly: packed panels and a 4x8 register tile of 128-bit vectors.
//!
//! The blocking is that of Goto and van de Geijn 2008. Without a fused multiply-add in plain simd128, eight
//! accumulators keep both the multiplier and the adder busy.

use std::arch::wasm32::*;

use super::fast_math::sum;
use super::gemm::{Mat, with_scratch};

/// Rows and columns of the register tile.
const MR: usize = 4;
const NR: usize = 8;

/// Extents of the packed blocks: a panel of `b` (`KC * NR` floats) stays in the L1 cache, a block of `a`
/// (`MC * KC`) in the L2 cache.
const MC: usize = 64;
const KC: usize = 256;
const NC: usize = 512;

/// `c = beta c + a b`; the caller has checked that all extents stay within the slices.
pub fn gemm([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], strides: (usize, usize)) {
    if k == 0 || (m < MR && (b.rs == 1 || b.cs == 1)) {
        return thin([m, n, k], a, b, beta, c, strides);
    }
    let depth = k.min(KC);
    let (a_len, b_len) = (m.min(MC).next_multiple_of(MR) * depth, n.min(NC).next_multiple_of(NR) * depth);
    with_scratch(a_len + b_len, |scratch| {
        let (a_packed, b_packed) = scratch.split_at_mut(a_len);
        for j in (0..n).step_by(NC) {
            let cols = NC.min(n - j);
            for l in (0..k).step_by(KC) {
                let depth = KC.min(k - l);
                pack::<NR>(b_packed, &b.data[l * b.rs + j * b.cs..], (b.cs, b.rs), cols, depth);
                let beta = if l == 0 { beta } else { 1.0 };
                for i in (0..m).step_by(MC) {
                    let rows = MC.min(m - i);
                    pack::<MR>(a_packed, &a.data[i * a.rs + l * a.cs..], (a.rs, a.cs), rows, depth);
                    let c = &mut c[i * strides.0 + j * strides.1..];
                    block([rows, cols, depth], a_packed, b_packed, beta, c, strides);
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

/// A panel of `W` contiguous lines, turned in blocks of four by four.
fn turn<const W: usize>(to: &mut [f32], from: &[f32], line: usize, depth: usize) {
    for first in (0..W).step_by(4) {
        let lines: [&[f32]; 4] = std::array::from_fn(|i| &from[(first + i) * line..][..depth]);
        for (l, to) in to.chunks_mut(4 * W).enumerate() {
            let Some(block) = to.get_mut(first..3 * W + first + 4) else {
                for (r, to) in to.chunks_exact_mut(W).enumerate() {
                    to[first..first + 4].copy_from_slice(&lines.map(|line| line[4 * l + r]));
                }
                continue;
            };
            // SAFETY: a whole block of `to` has four values of each line, so every line has four from `4 * l` on.
            unsafe {
                let [a, b, c, d] = lines.map(|line| v128_load(line.as_ptr().add(4 * l).cast()));
                let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
                v128_store(block.as_mut_ptr().cast(), i64x2_shuffle::<0, 2>(ab, cd));
                v128_store(block.as_mut_ptr().add(W).cast(), i64x2_shuffle::<1, 3>(ab, cd));
                let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
                v128_store(block.as_mut_ptr().add(2 * W).cast(), i64x2_shuffle::<0, 2>(ab, cd));
                v128_store(block.as_mut_ptr().add(3 * W).cast(), i64x2_shuffle::<1, 3>(ab, cd));
            }
        }
    }
}

/// `c = beta c + a b` for one packed block of each.
fn block([m, n, k]: [usize; 3], a: &[f32], b: &[f32], beta: f32, c: &mut [f32], (rsc, csc): (usize, usize)) {
    for (j, b) in b.chunks_exact(NR * k).take(n.div_ceil(NR)).enumerate() {
        for (i, a) in a.chunks_exact(MR * k).take(m.div_ceil(MR)).enumerate() {
            let sums = tile(a, b);
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
fn tile(a: &[f32], b: &[f32]) -> [[f32; NR]; MR] {
    let zero = f32x4_splat(0.0);
    let mut sums = [[zero; 2]; MR];
    for (a, b) in a.chunks_exact(MR).zip(b.chunks_exact(NR)) {
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
    let mut out = [[0.0; NR]; MR];
    for (out, [left, right]) in out.iter_mut().zip(sums) {
        // SAFETY: a row of `out` has 8 elements.
        unsafe {
            v128_store(out.as_mut_ptr().cast(), left);
            v128_store(out.as_mut_ptr().add(4).cast(), right);
        }
    }
    out
}

/// Few rows, as when decoding one token: packing `b` would cost more than the product.
fn thin([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], (rsc, csc): (usize, usize)) {
    with_scratch(k + n, |scratch| {
        let (row, out) = scratch.split_at_mut(k);
        for i in 0..m {
            (0..k).for_each(|l| row[l] = a.data[i * a.rs + l * a.cs]);
            if b.rs == 1 {
                let dot = |j: usize| sum([&*row, &b.data[j * b.cs..][..k]], |[x, y]| x * y);
                out.iter_mut().enumerate().for_each(|(j, out)| *out = dot(j));
            } else {
                out.fill(0.0);
                for (l, x) in row.iter().enumerate() {
                    out.iter_mut().zip(&b.data[l * b.rs..]).for_each(|(out, y)| *out += x * y);
                }
            }
            for (j, out) in out.iter().enumerate() {
                put(&mut c[i * rsc + j * csc], beta, *out);
            }
        }
    });
}
