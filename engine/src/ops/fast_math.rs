//! Elementary functions for the fast CPU forms: branch-free polynomials that LLVM vectorises, where the C library's
//! would be called element by element. Relative errors stay below 1e-6 within the clamps.

use crate::dispatch::MulAdd;

/// Arguments of exponentials are clamped to `[EXP_MIN, EXP_MAX]`, in every form of every kernel: the results stay
/// normal and finite in f32.
pub(super) const EXP_MIN: f32 = -87.0;
pub(super) const EXP_MAX: f32 = 88.0;

/// Polynomial in `x`, coefficients from the highest power down.
#[inline(always)]
fn horner<M: MulAdd, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[0];
    for c in &coefficients[1..] {
        sum = M::mul_add(sum, x, *c);
    }
    sum
}

/// `e^x`, clamped: `2^n` times the Taylor series at `r = x - n ln 2`, `|r| <= ln 2 / 2`.
#[inline(always)]
pub(super) fn exp<M: MulAdd>(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first short enough for exact products.
    const LN2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.clamp(EXP_MIN, EXP_MAX);
    let shifted = M::mul_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = M::mul_add(-n, LN2.1, M::mul_add(-n, LN2.0, x));
    let series =
        horner::<M, _>(r, [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0]);
    f32::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Error function, the rational minimax approximation on [-4, 4] of XLA and Eigen (`x P(x^2) / Q(x^2)`);
/// beyond, it is 1 in f32.
#[inline(always)]
pub(super) fn erf<M: MulAdd>(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let t = x * x;
    let p = horner::<M, _>(
        t,
        [
            -2.726_142_4e-10,
            2.770_681_4e-8,
            -2.101_024e-6,
            -5.692_506_4e-5,
            -7.349_906_3e-4,
            -2.954_6e-3,
            -1.609_603_3e-2,
        ],
    );
    let q =
        horner::<M, _>(t, [-1.456_607_2e-5, -2.133_740_5e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2]);
    x * p / q
}

/// Hyperbolic tangent, the rational minimax approximation on [-7.9, 7.9] of XLA and Eigen.
#[inline(always)]
pub(super) fn tanh<M: MulAdd>(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let t = x * x;
    let p = horner::<M, _>(
        t,
        [
            -2.760_768_5e-16,
            2.000_188e-13,
            -8.604_672e-11,
            5.122_297e-8,
            1.485_722_4e-5,
            6.372_619_3e-4,
            4.893_524_6e-3,
        ],
    );
    let q = horner::<M, _>(t, [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3]);
    x * p / q
}

/// Logistic function `1 / (1 + e^-x)`.
#[inline(always)]
pub(super) fn sigmoid<M: MulAdd>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<M>(-x))
}

/// Independent partial sums: enough for two vector registers of eight.
const LANES: usize = 16;

/// `sum_i f([x_i, y_i, ...])` over slices of one length, in an order that vectorises and depends on the length alone.
#[inline(always)]
pub(super) fn sum<const K: usize>(slices: [&[f32]; K], f: impl Fn([f32; K]) -> f32) -> f32 {
    let n = slices[0].len();
    let slices = slices.map(|x| &x[..n]);
    let mut lanes = [0.0; LANES];
    for at in (0..n / LANES).map(|c| c * LANES) {
        let chunk = slices.map(|x| &x[at..at + LANES]);
        for (j, lane) in lanes.iter_mut().enumerate() {
            *lane += f(chunk.map(|x| x[j]));
        }
    }
    let rest = (n - n % LANES..n).map(|i| f(slices.map(|x| x[i])));
    lanes.iter().sum::<f32>() + rest.sum::<f32>()
}

/// The largest element; `-f32::MAX` of none.
#[inline(always)]
pub(super) fn max(x: &[f32]) -> f32 {
    let mut lanes = [-f32::MAX; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(-f32::MAX, |a, b| if *b > a { *b } else { a });
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = if *x > *lane { *x } else { *lane };
        }
    }
    lanes.iter().fold(rest, |a, b| if *b > a { *b } else { a })
}

/// `out_j += sum_r term(r)_j` over `rows` rows: `term(r, acc)` adds row `r` to `acc`. Runs of rows are summed apart,
/// in parallel where there are threads, and joined in order, so that the result does not depend on the threads.
pub(super) fn sum_rows(out: &mut [f32], rows: usize, term: impl Fn(usize, &mut [f32]) + Sync) {
    let (width, run) = (out.len(), rows.div_ceil(32).max(64));
    let mut partial = vec![0.0; rows.div_ceil(run) * width];
    crate::kernel::for_rows(&mut partial, width, run * width, |p, acc| {
        for r in p * run..rows.min((p + 1) * run) {
            term(r, acc);
        }
    });
    for part in partial.chunks(width) {
        for (o, p) in out.iter_mut().zip(part) {
            *o += p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Apart, Fused};

    /// Largest relative error of `f` against `exact` on a grid over `[from, to]`.
    fn worst(from: f32, to: f32, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
        let steps = 200_000;
        (0..=steps)
            .map(|i| from + (to - from) * (i as f32 / steps as f32))
            .filter(|x| exact(*x as f64) != 0.0)
            .map(|x| ((f(x) as f64 - exact(x as f64)) / exact(x as f64)).abs())
            .fold(0.0, f64::max)
    }

    fn functions_are_accurate<M: MulAdd>() {
        let error = worst(EXP_MIN, EXP_MAX, exp::<M>, f64::exp);
        assert!(error < 3e-7, "{error}");
        assert_eq!(exp::<M>(0.0), 1.0);
        assert!(exp::<M>(1e30).is_finite() && exp::<M>(-1e30) < 2e-38);
        let erf_error = worst(-6.0, 6.0, erf::<M>, libm::erf);
        assert!(erf_error < 1e-6, "{erf_error}");
        let tanh_error = worst(-20.0, 20.0, tanh::<M>, f64::tanh);
        assert!(tanh_error < 1e-6, "{tanh_error}");
        let sigmoid_error = worst(-80.0, 80.0, sigmoid::<M>, |x| 1.0 / (1.0 + (-x).exp()));
        assert!(sigmoid_error < 1e-6, "{sigmoid_error}");
    }

    #[test]
    fn functions_are_accurate_with_and_without_fused_steps() {
        functions_are_accurate::<Apart>();
        functions_are_accurate::<Fused>();
    }

    #[test]
    fn sums_cover_whole_and_ragged_lengths() {
        for n in [1, 15, 16, 33, 257] {
            let x: Vec<f32> = (1..=n).map(|i| i as f32).collect();
            assert_eq!(sum([&x], |[v]| v), (n * (n + 1) / 2) as f32);
            assert_eq!(sum([&x, &x], |[v, w]| v * w), (n * (n + 1) * (2 * n + 1) / 6) as f32);
            assert_eq!(max(&x), n as f32);
        }
        let mut columns = [1.0, 10.0];
        sum_rows(&mut columns, 1000, |r, acc| {
            acc[0] += r as f32;
            acc[1] += 1.0;
        });
        assert_eq!(columns, [499_501.0, 1010.0]);
    }
}
