//! The product of matrices for WebAssembly: packed panels and a register tile of 128-bit vectors.
//!
//! The blocking is that of Goto and van de Geijn 2008. The tile is 6x8 with a fused multiply-add (`fused`). Plain simd128
//! has none, and a product needs a register before it is added: there it is 4x8 (`plain`). Matrices of weights lie in panels
//! already ([`Layout::Panels`](crate::layout::Layout)).

mod fused;
mod pack;
mod plain;
mod skinny;

use super::skinny::ROWS;
use super::{Mat, with_scratch};
use crate::layout::PANEL;
use pack::pack;

/// Columns of the register tile.
const NR: usize = PANEL;

/// Extents of the packed blocks: a panel of `b` (`KC * NR` floats) stays in the L1 cache, a block of `a`
/// (`PANELS * MR * KC`) in the L2 cache.
const PANELS: usize = 16;
const KC: usize = 256;
const NC: usize = 512;

/// As `KC`, of what lies in panels: the longer the pieces of `b` that follow one another in memory, the faster they come.
const PANEL_KC: usize = 1024;

/// `out = a b`, or `out += a b` where `add` is 1, of panels `a` `[depth, MR]` and `b` `[depth, NR]`, `depth` at least 1. Rows
/// of `out` are `stride` bytes apart.
///
/// # Safety
/// `a` and `b` have `depth` lines, and `out` MR rows of NR values, which nobody else uses.
type Tile = unsafe extern "C" fn(
    a: *const f32,
    b: *const f32,
    depth: usize,
    out: *mut f32,
    stride: usize,
    add: usize,
);

/// A row `[depth]` times [`STREAMS`](super::skinny::STREAMS) panels `[depth, NR]`, `step` bytes apart, to `out`
/// `[STREAMS, NR]`, `depth` at least 1.
///
/// # Safety
/// `row` has `depth` values, each of the panels as many lines, and `out` `STREAMS * NR` values, which nobody else uses.
type Skinny =
    unsafe extern "C" fn(row: *const f32, panels: *const f32, step: usize, depth: usize, out: *mut f32);

/// What products are made of.
#[derive(Clone, Copy)]
struct Products {
    tile: Tile,
    skinny: Skinny,
}

/// `c = beta c + a b`, `k` at least 1; the caller has checked that all extents stay within the slices.
pub(crate) fn gemm([m, n, k]: [usize; 3], a: Mat, b: Mat, beta: f32, c: &mut [f32], strides: (usize, usize)) {
    match fused::products() {
        Some(fused) => blocked::<{ fused::MR }>([m, n, k], a, b, beta, c, strides, fused.tile),
        None => blocked::<{ plain::MR }>([m, n, k], a, b, beta, c, strides, plain::PRODUCTS.tile),
    }
}

/// `c = a b`, `c` `[m,n]` contiguous, `b` `[k,n]` as panels `[n/8,k,8]`, `k` at least 1; `finish` is applied to every finished
/// run of rows. The caller has checked that all extents stay within the slices.
pub(crate) fn gemm_panels(
    extents: [usize; 3],
    a: Mat,
    panels: &[f32],
    c: &mut [f32],
    finish: impl Fn(&mut [f32]),
) {
    let fused = fused::products();
    if extents[0] < ROWS {
        skinny::gemm_panels(extents, a, panels, c, fused.unwrap_or(plain::PRODUCTS).skinny);
        return finish(c);
    }
    match fused {
        Some(fused) => from_panels::<{ fused::MR }>(extents, a, panels, c, finish, fused.tile),
        None => from_panels::<{ plain::MR }>(extents, a, panels, c, finish, plain::PRODUCTS.tile),
    }
}

fn blocked<const MR: usize>(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    strides: (usize, usize),
    tile: Tile,
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
                    let b = (&*b_packed, NR * depth);
                    block::<MR>([rows, cols, depth], a_packed, b, beta, c, strides, tile);
                }
            }
        }
    });
}

fn from_panels<const MR: usize>(
    [m, n, k]: [usize; 3],
    a: Mat,
    panels: &[f32],
    c: &mut [f32],
    finish: impl Fn(&mut [f32]),
    tile: Tile,
) {
    let most_rows = PANELS * MR;
    with_scratch(m.min(most_rows).next_multiple_of(MR) * k.min(PANEL_KC), |a_packed| {
        for (i, c) in c[..m * n].chunks_mut(most_rows * n).enumerate() {
            let (a, rows) = (a.from_row(i * most_rows), c.len() / n);
            for l in (0..k).step_by(PANEL_KC) {
                let depth = PANEL_KC.min(k - l);
                pack::<MR>(a_packed, &a.data[l * a.cs..], (a.rs, a.cs), rows, depth);
                let b = (&panels[l * NR..], NR * k);
                let beta = if l == 0 { 0.0 } else { 1.0 };
                block::<MR>([rows, n, depth], a_packed, b, beta, c, (n, 1), tile);
            }
            finish(c);
        }
    });
}

/// `c = beta c + a b` for one packed block of `a` and the panels of `b`, `b.1` apart.
fn block<const MR: usize>(
    [m, n, k]: [usize; 3],
    a: &[f32],
    b: (&[f32], usize),
    beta: f32,
    c: &mut [f32],
    (rsc, csc): (usize, usize),
    tile: Tile,
) {
    let mut sums = [[0.0; NR]; MR];
    for j in 0..n.div_ceil(NR) {
        let b = &b.0[j * b.1..][..NR * k];
        for (i, a) in a.chunks_exact(MR * k).take(m.div_ceil(MR)).enumerate() {
            let (rows, cols) = (MR.min(m - i * MR), NR.min(n - j * NR));
            let c = &mut c[i * MR * rsc + j * NR * csc..];
            if rows == MR && cols == NR && csc == 1 && (beta == 0.0 || beta == 1.0) {
                let c = &mut c[..(MR - 1) * rsc + NR];
                // SAFETY: `a` and `b` have `k` lines, and `c` as many rows and columns as the tile.
                unsafe {
                    tile(a.as_ptr(), b.as_ptr(), k, c.as_mut_ptr(), rsc * size_of::<f32>(), beta as usize)
                };
                continue;
            }
            // SAFETY: `a` and `b` have `k` lines, and `sums` as many rows and columns as the tile.
            unsafe {
                tile(
                    a.as_ptr(),
                    b.as_ptr(),
                    k,
                    sums.as_flattened_mut().as_mut_ptr(),
                    NR * size_of::<f32>(),
                    0,
                )
            };
            for (r, sums) in sums.iter().enumerate().take(rows) {
                let c = c[r * rsc..].iter_mut().step_by(csc).take(cols);
                c.zip(sums).for_each(|(c, sum)| put(c, beta, *sum));
            }
        }
    }
}

/// With `beta` 0, `c` is not read.
#[inline(always)]
fn put(c: &mut f32, beta: f32, value: f32) {
    *c = if beta == 0.0 { value } else { beta * *c + value };
}
