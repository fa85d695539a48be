//! Products of few rows, computed transposed: a piece of their columns packs its own part of `b` and is contiguous.

use super::{Mat, gemm, piece, with_scratch};
use crate::kernel::for_rows;

/// Columns in pieces: each is contiguous in the transposed product, which is transposed back at the end.
pub(super) fn by_columns(
    [m, n, k]: [usize; 3],
    a: Mat,
    b: Mat,
    beta: f32,
    c: &mut [f32],
    finish: impl Fn(&mut [f32]) + Sync,
) {
    transposing(
        [m, n],
        piece(n),
        k,
        beta,
        c,
        |j, columns, transposed_out| {
            gemm([columns, m, k], b.from_col(j).transposed(), a.transposed(), 0.0, transposed_out, (m, 1));
        },
        finish,
    );
}

/// `c = beta c + d^T`, `d` `[n,m]`, of which `lines(j, count, part)` computes `count` lines from the `j`-th on, at most
/// `columns` at a time; a number of `d` costs `work`.
fn transposing(
    [m, n]: [usize; 2],
    columns: usize,
    work: usize,
    beta: f32,
    c: &mut [f32],
    lines: impl Fn(usize, usize, &mut [f32]) + Sync,
    finish: impl Fn(&mut [f32]) + Sync,
) {
    /// Rows that are transposed at once: neighbours in `d`.
    const RUN: usize = 8;
    with_scratch(m * n, |transposed_out| {
        for_rows(transposed_out, columns * m, columns * m * work, |i, piece| {
            lines(i * columns, piece.len() / m, piece);
        });
        let transposed_out = &*transposed_out;
        for_rows(c, RUN * n, RUN * n, |i, rows| {
            for (j, column) in transposed_out.chunks_exact(m).enumerate() {
                for (c, &sum) in rows[j..].iter_mut().step_by(n).zip(&column[i * RUN..]) {
                    *c = if beta == 0.0 { sum } else { beta * *c + sum };
                }
            }
            finish(rows);
        });
    });
}

/// Rows of `b^T` that are unpacked at once: with an inner dimension of 3,072 they stay in the L2 cache.
const UNPACKED: usize = 64;

/// `c = a b` on all cores, `c` `[m,n]` contiguous, of a `b` whose columns `unpack(j, lines)` writes from the `j`-th on, one
/// line of `k` numbers after another; `finish` is applied to every finished run of rows.
pub(super) fn gemm_unpacking(
    [m, n, k]: [usize; 3],
    a: Mat,
    unpack: impl Fn(usize, &mut [f32]) + Sync,
    c: &mut [f32],
    finish: impl Fn(&mut [f32]) + Sync,
) {
    if cfg!(target_arch = "wasm32") {
        with_scratch(UNPACKED * k, |lines| {
            for j in (0..n).step_by(UNPACKED) {
                let columns = UNPACKED.min(n - j);
                unpack(j, &mut lines[..columns * k]);
                gemm([m, columns, k], a, Mat::new(lines, 1, k), 0.0, &mut c[j..], (n, 1));
            }
        });
        return finish(c);
    }
    let lines = |j: usize, columns: usize, transposed_out: &mut [f32]| {
        with_scratch(columns * k, |lines| {
            unpack(j, lines);
            gemm([columns, m, k], Mat::new(lines, k, 1), a.transposed(), 0.0, transposed_out, (m, 1));
        });
    };
    transposing([m, n], UNPACKED, k, 0.0, c, lines, finish);
}
