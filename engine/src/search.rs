//! The nearest of many vectors by inner product, exactly: a pass over 8-bit codes bounds every product, and only what
//! the bounds cannot rule out is multiplied in f32.
//!
//! For a row `r = c + e` and a query `q = d + f`, of which `c` and `d` are what the codes say,
//! `|q.r - d.c| <= |q| |e| + |f| |c|` (Cauchy-Schwarz).

use crate::dispatch::dispatched;
use crate::dot::dot;
use crate::order;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Rows are read in so many places at once, far apart: memory is read ahead along each. The sums of more would not fit into the
/// registers.
const STREAMS: usize = 2;
/// Codes of a row are filled up with zeros to a multiple of this: a vector register of bytes.
const STEP: usize = 16;
/// Largest codes of rows and queries: a sum over [`MAX_WIDTH`] products stays within 32 bits.
const ROW_CODE: f32 = 127.0;
const QUERY_CODE: f32 = 2047.0;
/// Values of a row at most.
pub const MAX_WIDTH: usize = 8192;
/// Rounding of the f32 products and norms themselves, relative to `|q| |r|`.
const ROUNDING: f32 = 1e-5;

/// Rows to be searched, `[count, width]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Index {
    width: usize,
    rows: Vec<f32>,
    /// `[count, width.next_multiple_of(STEP)]`.
    codes: Vec<i8>,
    bounds: Vec<Bounds>,
}

/// What is known of a row beside its codes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    /// Value of a code of 1.
    scale: f32,
    /// Norm of what the codes say.
    length: f32,
    /// Norm of what they leave out.
    error: f32,
}

impl Index {
    /// Of `[count, width]` values; panics where they do not fill rows, or a row is wider than [`MAX_WIDTH`].
    pub fn new(width: usize, rows: &[f32]) -> Self {
        assert!(width <= MAX_WIDTH, "rows of {width} values");
        assert!(
            rows.is_empty() || rows.len().is_multiple_of(width),
            "{} values in rows of {width}",
            rows.len()
        );
        let mut index = Index { width, ..Index::default() };
        rows.chunks_exact(width.max(1)).for_each(|row| index.push(row));
        index
    }

    /// Adds a row at the end; the first one of an empty index says how wide rows are.
    pub fn push(&mut self, row: &[f32]) {
        if self.bounds.is_empty() {
            self.width = row.len();
        }
        assert_eq!(row.len(), self.width, "values of a row");
        self.rows.extend_from_slice(row);
        let start = self.codes.len();
        self.codes.resize(start + self.width.next_multiple_of(STEP), 0);
        let (scale, [length, error]) = coded(row, ROW_CODE, |at, code| self.codes[start + at] = code as i8);
        self.bounds.push(Bounds { scale, length, error });
    }

    /// All rows, `[count, width]`.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// A row, if there are so many.
    pub fn row(&self, at: usize) -> Option<&[f32]> {
        (at < self.len()).then(|| &self.rows[at * self.width..(at + 1) * self.width])
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// Values of a row; 0 of an empty index.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The `k` rows of largest product with `query` among those that `keep` lets pass, with the products of [`dot()`]: the
    /// largest first, of equal ones the earlier. A row with a value that is not finite is never found, and nothing is by a query
    /// of another width.
    pub fn best(&self, query: &[f32], k: usize, keep: &dyn Fn(usize) -> bool) -> Vec<(usize, f32)> {
        if k == 0 || self.is_empty() || query.len() != self.width {
            return Vec::new();
        }
        let candidates = candidates(self, query, k, keep);
        let product = |at: usize| dot(query, &self.rows[at * self.width..][..self.width]);
        let mut best: Vec<_> = candidates.into_iter().map(|at| (at, product(at))).collect();
        order::sort_by(&mut best, |(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
        best.truncate(k);
        best
    }
}

dispatched! {
    /// The rows that may be among the best by the bounds of their products.
    fn candidates(index: &Index, query: &[f32], k: usize, keep: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let mut codes = vec![0i16; index.width.next_multiple_of(STEP)];
        let (scale, [length, error]) = coded(query, QUERY_CODE, |at, code| codes[at] = code as i16);
        let whole = length + error;
        let mut candidates = Candidates::new(k);
        let mut consider = |at: usize, product: i32| {
            let bounds = index.bounds[at];
            let product = scale * bounds.scale * product as f32;
            let apart = whole * (bounds.error + ROUNDING * bounds.length) + error * bounds.length;
            if product + apart >= candidates.least && keep(at) {
                candidates.add(at, product - apart, product + apart);
            }
        };
        let row = |at: usize| &index.codes[at * codes.len()..][..codes.len()];
        let part = index.len() / STREAMS;
        for at in 0..part {
            let mut rows = [row(at); STREAMS];
            (1..STREAMS).for_each(|stream| rows[stream] = row(stream * part + at));
            let products = products(&codes, rows);
            products.into_iter().enumerate().for_each(|(stream, product)| consider(stream * part + at, product));
        }
        for at in STREAMS * part..index.len() {
            let [product] = products(&codes, [row(at)]);
            consider(at, product);
        }
        candidates.rows()
    }
}

/// Rows that may be among the `k` best.
struct Candidates {
    k: usize,
    /// Places and upper bounds.
    found: Vec<(usize, f32)>,
    /// The `k` largest lower bounds.
    floor: BinaryHeap<Reverse<Ordered>>,
    /// The least of `k` of them: what stays below is not among the best.
    least: f32,
}

impl Candidates {
    fn new(k: usize) -> Self {
        Candidates { k, found: Vec::new(), floor: BinaryHeap::new(), least: f32::NEG_INFINITY }
    }

    fn add(&mut self, at: usize, lower: f32, upper: f32) {
        self.found.push((at, upper));
        self.floor.push(Reverse(Ordered(lower)));
        if self.floor.len() > self.k {
            self.floor.pop();
        }
        if let Some(Reverse(Ordered(lower))) = self.floor.peek().filter(|_| self.floor.len() == self.k) {
            self.least = *lower;
        }
    }

    fn rows(self) -> Vec<usize> {
        self.found.into_iter().filter(|(_, upper)| *upper >= self.least).map(|(at, _)| at).collect()
    }
}

/// Numbers by [`f32::total_cmp`].
#[derive(PartialEq)]
struct Ordered(f32);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

dispatched! {
    /// Rounds values to codes of at most `largest`: the value of a code of 1, and the norms of what the codes say and of what
    /// they leave out. All are NaN where a value is not finite: no comparison with them holds.
    fn coded(values: &[f32], largest: f32, put: impl FnMut(usize, f32)) -> (f32, [f32; 2]) {
        let mut put = put;
        if !values.iter().all(|value| value.is_finite()) {
            return (f32::NAN, [f32::NAN; 2]);
        }
        let scale = values.iter().fold(0.0f32, |most, value| most.max(value.abs())) / largest;
        let mut squares = [0.0f32; 2];
        for (at, value) in values.iter().enumerate() {
            let code = if scale > 0.0 { (value / scale).round().clamp(-largest, largest) } else { 0.0 };
            put(at, code);
            let said = scale * code;
            squares[0] += said * said;
            squares[1] += (value - said) * (value - said);
        }
        (scale, squares.map(f32::sqrt))
    }
}

/// Sums of products of the query's codes with those of rows, a multiple of [`STEP`] of them.
#[cfg(target_arch = "wasm32")]
fn products<const S: usize>(query: &[i16], rows: [&[i8]; S]) -> [i32; S] {
    use std::arch::wasm32::*;
    let rows = rows.map(|row| row.as_chunks::<STEP>().0);
    let mut sums = [[i32x4_splat(0); 2]; S];
    for (at, query) in query.as_chunks::<STEP>().0.iter().enumerate() {
        // SAFETY: a chunk has 16 values; wasm has no alignment requirement.
        let query = [0, 8].map(|half| unsafe { v128_load(query.as_ptr().add(half).cast()) });
        for (sums, row) in sums.iter_mut().zip(rows) {
            // SAFETY: so has one of a row.
            let row = unsafe { v128_load(row[at].as_ptr().cast()) };
            let row = [i16x8_extend_low_i8x16(row), i16x8_extend_high_i8x16(row)];
            *sums = [0, 1].map(|half| i32x4_add(sums[half], i32x4_dot_i16x8(row[half], query[half])));
        }
    }
    sums.map(|[low, high]| {
        let sum = i32x4_add(low, high);
        let sum = i32x4_add(sum, i64x2_shuffle::<1, 0>(sum, sum));
        i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum)
    })
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn products<const S: usize>(query: &[i16], rows: [&[i8]; S]) -> [i32; S] {
    let mut sums = [0; S];
    for (sum, row) in sums.iter_mut().zip(rows) {
        for (row, query) in row.iter().zip(query) {
            *sum += i32::from(*row) * i32::from(*query);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows around a common mean, brought to length one: as embeddings lie.
    fn embeddings(count: usize, width: usize, spread: f32) -> Vec<f32> {
        let mut state = 1u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / 2f32.powi(23) - 1.0
        };
        let mut rows = Vec::new();
        for _ in 0..count {
            let row: Vec<f32> = (0..width).map(|at| at as f32 / width as f32 + spread * uniform()).collect();
            let length = dot(&row, &row).sqrt();
            rows.extend(row.iter().map(|value| value / length));
        }
        rows
    }

    fn by_full_scan(of: &Index, query: &[f32], k: usize, keep: impl Fn(usize) -> bool) -> Vec<(usize, f32)> {
        let mut all: Vec<_> =
            of.rows().chunks_exact(of.width()).map(|row| dot(query, row)).enumerate().collect();
        all.retain(|(at, _)| keep(*at));
        all.sort_by(|(_, x), (_, y)| y.total_cmp(x));
        all.truncate(k);
        all
    }

    #[test]
    fn the_best_are_those_of_a_full_scan() {
        for (count, width, spread) in
            [(3000, 512, 1.0), (3000, 512, 0.05), (1000, 37, 0.5), (50, 3, 1.0), (9, 1, 1.0)]
        {
            let index = Index::new(width, &embeddings(count, width, spread));
            for query in [0, count / 2].map(|at| index.row(at).unwrap().to_vec()) {
                for k in [1, 10, count, 2 * count] {
                    assert_eq!(index.best(&query, k, &|_| true), by_full_scan(&index, &query, k, |_| true));
                    let odd = |at: usize| at % 2 == 1;
                    assert_eq!(index.best(&query, k, &odd), by_full_scan(&index, &query, k, odd));
                }
            }
        }
    }

    #[test]
    fn few_rows_are_multiplied_in_f32() {
        let index = Index::new(512, &embeddings(3000, 512, 1.0));
        let candidates = candidates(&index, index.row(5).unwrap(), 10, &|_| true).len();
        assert!((10..300).contains(&candidates), "{candidates} of 3000");
    }

    #[test]
    fn equal_rows_come_in_their_order() {
        let index = Index::new(2, &[0.6, 0.8, 1.0, 0.0, 0.6, 0.8, 0.6, 0.8]);
        let found = index.best(&[0.6, 0.8], 3, &|_| true);
        assert!(found.iter().map(|(at, _)| *at).eq([0, 2, 3]), "{found:?}");
    }

    #[test]
    fn nothing_and_what_is_no_number_are_not_found() {
        assert!(Index::default().best(&[], 10, &|_| true).is_empty());
        let mut index = Index::new(2, &[0.0, 0.0, f32::NAN, 1.0, f32::INFINITY, 0.0, 0.0, -1.0]);
        assert_eq!(index.best(&[0.0, 1.0], 9, &|_| true), [(0, 0.0), (3, -1.0)]);
        index.push(&[0.0, 0.5]);
        assert_eq!(index.best(&[0.0, 1.0], 1, &|_| true), [(4, 0.5)]);
        assert!(index.best(&[0.0, 1.0], 0, &|_| true).is_empty());
        assert!(index.best(&[0.0, 1.0, 0.0], 9, &|_| true).is_empty());
    }
}
