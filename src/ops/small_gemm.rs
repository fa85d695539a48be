//! Products of matrices small enough to stay in cache, as attention's heads are: no packing, one register tile.

use super::fast_math::fma;

/// The tile: 4 x 16 accumulators are eight vector registers of eight lanes.
const ROWS: usize = 4;
const COLS: usize = 16;

/// A left operand inside a larger buffer: element `[i, p]` stands at `i * row + p * col`.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    pub data: &'a [f32],
    pub row: usize,
    pub col: usize,
}

/// A right operand inside a larger buffer: element `[p, j]` stands at `p * row + j`.
#[derive(Clone, Copy)]
pub struct Right<'a> {
    pub data: &'a [f32],
    pub row: usize,
}

/// `c[i, j] += sum_p a[i, p] b[p, j]` for an `m x n` block of `c`, whose rows start `c_row` apart; `p < k`.
pub fn gemm([m, n, k]: [usize; 3], a: Left, b: Right, c: &mut [f32], c_row: usize) {
    if k == 0 {
        return;
    }
    for i in (0..m).step_by(ROWS) {
        let rows = ROWS.min(m - i);
        for j in (0..n).step_by(COLS) {
            let cols = COLS.min(n - j);
            let tile = block(k, a, i, rows, b, j, cols);
            for (r, sums) in tile.iter().enumerate().take(rows) {
                let out = &mut c[(i + r) * c_row + j..][..cols];
                for (o, s) in out.iter_mut().zip(sums) {
                    *o += s;
                }
            }
        }
    }
}

/// The tile of rows `i..` and columns `j..`; what lies beyond `rows` and `cols` is unspecified.
#[inline(always)]
fn block(k: usize, a: Left, i: usize, rows: usize, b: Right, j: usize, cols: usize) -> [[f32; COLS]; ROWS] {
    let whole =
        |p: usize| -> [f32; COLS] { b.data[p * b.row + j..][..COLS].try_into().expect("a whole row") };
    let ragged = |p: usize| -> [f32; COLS] {
        let mut row = [0.0; COLS];
        row[..cols].copy_from_slice(&b.data[p * b.row + j..][..cols]);
        row
    };
    if (k - 1) * b.row + j + COLS <= b.data.len() {
        with_left(k, a, i, rows, whole)
    } else {
        with_left(k, a, i, rows, ragged)
    }
}

#[inline(always)]
fn with_left(
    k: usize,
    a: Left,
    i: usize,
    rows: usize,
    b: impl Fn(usize) -> [f32; COLS],
) -> [[f32; COLS]; ROWS] {
    if a.col == 1 {
        let row = |r: usize| &a.data[(i + r.min(rows - 1)) * a.row..][..k];
        let rows: [&[f32]; ROWS] = std::array::from_fn(row);
        tile(k, |p| rows.map(|r| r[p]), b)
    } else if a.row == 1 && rows == ROWS {
        tile(k, |p| a.data[p * a.col + i..][..ROWS].try_into().expect("a whole column"), b)
    } else {
        tile(k, |p| std::array::from_fn(|r| a.data[(i + r.min(rows - 1)) * a.row + p * a.col]), b)
    }
}

#[inline(always)]
fn tile(k: usize, a: impl Fn(usize) -> [f32; ROWS], b: impl Fn(usize) -> [f32; COLS]) -> [[f32; COLS]; ROWS] {
    let mut sums = [[0.0; COLS]; ROWS];
    for p in 0..k {
        let (column, row) = (a(p), b(p));
        for (sum, x) in sums.iter_mut().zip(column) {
            for (s, y) in sum.iter_mut().zip(row) {
                *s = fma(x, y, *s);
            }
        }
    }
    sums
}

/// `b` transposed into `out`: `out[p, j] = b[j, p]`, for `rows` rows of `cols` columns.
pub fn transpose(b: Right, rows: usize, cols: usize, out: &mut [f32]) {
    for j in 0..rows {
        for (p, x) in b.data[j * b.row..][..cols].iter().enumerate() {
            out[p * rows + j] = *x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::case::noise;

    #[test]
    fn equals_the_plain_sum_at_every_edge() {
        for [m, n, k] in [[1, 1, 1], [4, 16, 8], [5, 17, 3], [7, 33, 64], [64, 20, 31]] {
            let (a, b) = (noise(&[m * k], 1.0, 1), noise(&[k * n], 1.0, 2));
            let by_row = Left { data: a.as_f32(), row: k, col: 1 };
            let by_column = Left { data: a.as_f32(), row: 1, col: m };
            for a in [by_row, by_column] {
                let mut c = vec![1.0; m * n];
                gemm([m, n, k], a, Right { data: b.as_f32(), row: n }, &mut c, n);
                for (at, got) in c.iter().enumerate() {
                    let (i, j) = (at / n, at % n);
                    let term = |p: usize| a.data[i * a.row + p * a.col] * b.as_f32()[p * n + j];
                    let want = 1.0 + (0..k).map(term).sum::<f32>();
                    assert!((got - want).abs() < 1e-5, "{m}x{n}x{k} at {i},{j}: {got} for {want}");
                }
            }
        }
    }

    #[test]
    fn transposes() {
        let mut out = [0.0; 6];
        transpose(Right { data: &[1.0, 2.0, 0.0, 3.0, 4.0, 0.0, 5.0, 6.0], row: 3 }, 3, 2, &mut out);
        assert_eq!(out, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
    }
}
