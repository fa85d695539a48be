//! Products in plain simd128.

use std::arch::wasm32::*;

use super::{NR, Products};
use crate::ops::gemm::skinny::STREAMS;

/// Rows of the tile.
pub(crate) const MR: usize = 4;

pub(crate) const PRODUCTS: Products = Products { tile, skinny };

/// # Safety
/// As of [`Tile`](super::Tile).
unsafe extern "C" fn tile(
    a: *const f32,
    b: *const f32,
    depth: usize,
    out: *mut f32,
    stride: usize,
    add: usize,
) {
    let mut sums = [[f32x4_splat(0.0); 2]; MR];
    for l in 0..depth {
        // SAFETY: the panels have `depth` lines, of 4 and 8 values; wasm has no alignment requirement.
        unsafe {
            let (a, b) = (a.add(l * MR), b.add(l * NR));
            let (left, right) = (v128_load(b.cast()), v128_load(b.add(4).cast()));
            for (r, sums) in sums.iter_mut().enumerate() {
                let value = v128_load32_splat(a.add(r).cast());
                sums[0] = f32x4_add(sums[0], f32x4_mul(value, left));
                sums[1] = f32x4_add(sums[1], f32x4_mul(value, right));
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        for (half, mut sum) in sums.into_iter().enumerate() {
            // SAFETY: `out` has four rows of 8 values.
            unsafe {
                let out = out.byte_add(r * stride).add(4 * half).cast();
                if add == 1 {
                    sum = f32x4_add(v128_load(out), sum);
                }
                v128_store(out, sum);
            }
        }
    }
}

/// # Safety
/// As of [`Skinny`](super::Skinny).
unsafe extern "C" fn skinny(row: *const f32, panels: *const f32, step: usize, depth: usize, out: *mut f32) {
    let mut sums = [[f32x4_splat(0.0); 2]; STREAMS];
    for l in 0..depth {
        // SAFETY: `row` has `depth` values, and each panel as many lines of 8.
        unsafe {
            let value = v128_load32_splat(row.add(l).cast());
            for (s, sums) in sums.iter_mut().enumerate() {
                let line = panels.byte_add(s * step).add(l * NR);
                sums[0] = f32x4_add(sums[0], f32x4_mul(value, v128_load(line.cast())));
                sums[1] = f32x4_add(sums[1], f32x4_mul(value, v128_load(line.add(4).cast())));
            }
        }
    }
    for (half, sum) in sums.into_iter().flatten().enumerate() {
        // SAFETY: `out` has two halves of four values for each of the panels.
        unsafe { v128_store(out.add(4 * half).cast(), sum) };
    }
}
