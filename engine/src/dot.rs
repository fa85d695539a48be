//! Inner products in f32, in eight sums side by side: an order that vectorises and depends on the length alone.

use crate::dispatch::dispatched;

const LANES: usize = 8;

dispatched! {
    /// The inner product of two vectors of one length; panics where `y` is shorter.
    pub fn dot(x: &[f32], y: &[f32]) -> f32 {
        let [product] = dots(x, [y]);
        product
    }
}

/// Late interaction (Khattab & Zaharia 2020, `ColBERT`): the mean over the rows of `words` `[T, width]` of the largest inner product
/// with a row of `cells` `[P, width]`.
pub fn late_score(words: &[f32], cells: &[f32], width: usize) -> f32 {
    let largest =
        |word| cells.chunks_exact(width).map(|cell| dot(word, cell)).fold(f32::NEG_INFINITY, f32::max);
    let words = words.chunks_exact(width);
    let count = words.len();
    words.map(largest).sum::<f32>() / count as f32
}

/// The inner products of `x` with vectors of its length, which are read side by side; panics where one is shorter. Inlined,
/// and so compiled for the processor that the caller is compiled for.
#[inline(always)]
pub fn dots<const S: usize>(x: &[f32], ys: [&[f32]; S]) -> [f32; S] {
    let (whole, rest) = x.as_chunks();
    let ys = ys.map(|y| y[..x.len()].as_chunks());
    let mut products = of_chunks(whole, ys.map(|(whole, _)| whole));
    for (product, (_, y)) in products.iter_mut().zip(ys) {
        *product += rest.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    }
    products
}

/// LLVM does not vectorise sums of several vectors for WebAssembly.
#[cfg(target_arch = "wasm32")]
fn of_chunks<const S: usize>(x: &[[f32; LANES]], ys: [&[[f32; LANES]]; S]) -> [f32; S] {
    use std::arch::wasm32::*;
    let halves = |values: &[f32; LANES]| {
        // SAFETY: either half has four values; wasm has no alignment requirement.
        [0, 4].map(|at| unsafe { v128_load(values.as_ptr().add(at).cast()) })
    };
    let mut sums = [[f32x4_splat(0.0); 2]; S];
    for (at, x) in x.iter().enumerate() {
        let x = halves(x);
        for (sums, y) in sums.iter_mut().zip(ys) {
            let y = halves(&y[at]);
            *sums = [0, 1].map(|half| f32x4_add(sums[half], f32x4_mul(x[half], y[half])));
        }
    }
    sums.map(|[low, high]| {
        let sum = f32x4_add(low, high);
        let sum = f32x4_add(sum, i64x2_shuffle::<1, 0>(sum, sum));
        f32x4_extract_lane::<0>(sum) + f32x4_extract_lane::<1>(sum)
    })
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn of_chunks<const S: usize>(x: &[[f32; LANES]], ys: [&[[f32; LANES]]; S]) -> [f32; S] {
    let mut sums = [[0.0f32; LANES]; S];
    for (at, x) in x.iter().enumerate() {
        for (sums, y) in sums.iter_mut().zip(ys) {
            for lane in 0..LANES {
                sums[lane] += x[lane] * y[at][lane];
            }
        }
    }
    sums.map(|sums| sums.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_ragged_lengths_are_summed() {
        for n in [0, 1, 7, 8, 9, 40, 257] {
            let x: Vec<f32> = (0..n).map(|i| (i % 5) as f32).collect();
            let ys = [1, 2, 3].map(|step| (0..n).map(|i| (step * i % 7) as f32).collect::<Vec<_>>());
            let expected = ys.each_ref().map(|y| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>());
            assert_eq!(dots(&x, ys.each_ref().map(|y| &y[..])), expected);
            assert_eq!(dot(&x, &ys[2]), expected[2]);
        }
    }

    #[test]
    fn each_word_counts_with_its_nearest_cell() {
        let score = late_score(&[1.0, 0.0, 0.0, 1.0], &[0.6, 0.8, 0.8, 0.6, -1.0, 0.0], 2);
        assert!((score - 0.8).abs() < 1e-6, "{score}");
    }
}
