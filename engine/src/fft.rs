//! The discrete Fourier transform of real sequences whose length is a power of two, in f64.

use std::f64::consts::TAU;

/// `[re, im]`.
pub type Complex = [f64; 2];

#[inline(always)]
fn add(a: Complex, b: Complex) -> Complex {
    [a[0] + b[0], a[1] + b[1]]
}

#[inline(always)]
fn sub(a: Complex, b: Complex) -> Complex {
    [a[0] - b[0], a[1] - b[1]]
}

#[inline(always)]
fn mul(a: Complex, b: Complex) -> Complex {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// Transforms sequences of one length `N`.
pub struct RealFft {
    /// `e^(-2 pi i j / N)` for `j < N / 2`.
    roots: Vec<Complex>,
}

impl RealFft {
    /// For sequences of `n` numbers; `n` is a power of two and at least 2.
    pub fn new(n: usize) -> Self {
        assert!(n.is_power_of_two() && n >= 2, "an FFT of radix 2 of {n} numbers");
        let root = |j: usize| {
            let (sin, cos) = (TAU * j as f64 / n as f64).sin_cos();
            [cos, -sin]
        };
        RealFft { roots: (0..n / 2).map(root).collect() }
    }

    /// Calls `visit(k, X[k])` for `k` in `0..=N/2`, `X[k] = sum_n x[n] e^(-2 pi i k n / N)`; x `[N]`.
    ///
    /// With `z[j] = x[2j] + i x[2j+1]` and its transform `Z`, both `[N/2]`, the transform of the even elements is
    /// `E[k] = (Z[k] + conj Z[N/2-k]) / 2`, that of the odd ones `O[k] = (Z[k] - conj Z[N/2-k]) / 2i`, and
    /// `X[k] = E[k] + e^(-2 pi i k / N) O[k]`.
    #[inline(always)]
    pub fn transform(&self, x: &[f64], mut visit: impl FnMut(usize, Complex)) {
        let half = self.roots.len();
        assert_eq!(x.len(), 2 * half);
        let mut z: Vec<Complex> = x.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
        self.transform_complex(&mut z);
        visit(0, [z[0][0] + z[0][1], 0.0]);
        for k in 1..half {
            let (a, b) = (z[k], [z[half - k][0], -z[half - k][1]]);
            let (even, odd) = (add(a, b), sub(a, b));
            let odd = mul(self.roots[k], [odd[1], -odd[0]]);
            visit(k, add(even, odd).map(|part| part / 2.0));
        }
        visit(half, [z[0][0] - z[0][1], 0.0]);
    }

    /// The sequence `[N]` of which `[N/2+1]` numbers are the transform: `x[n] = 1/N sum_k X[k] e^(2 pi i k n / N)`. As Hartley's
    /// transform is its own inverse, the transform of `Re X[k] - Im X[k]` for all `N` numbers has it.
    pub fn invert(&self, spectrum: &[Complex]) -> Vec<f64> {
        let half = self.roots.len();
        assert_eq!(spectrum.len(), half + 1);
        let n = 2 * half;
        let mirrored = (1..half).rev().map(|k| spectrum[k][0] + spectrum[k][1]);
        let hartley: Vec<f64> = spectrum.iter().map(|[re, im]| re - im).chain(mirrored).collect();
        let mut x = vec![0.0; n];
        self.transform(&hartley, |k, [re, im]| {
            x[k] = (re - im) / n as f64;
            x[(n - k) % n] = (re + im) / n as f64;
        });
        x
    }

    /// Transforms `z` `[N/2]` in place: Cooley and Tukey's radix 2 in Stockham's order, whose every pass reads one buffer and
    /// writes the other, so that nothing is reversed by bits. Before a pass `stride` sequences of `length` stand interleaved.
    #[inline(always)]
    fn transform_complex(&self, z: &mut Vec<Complex>) {
        let mut other = z.clone();
        let (mut length, mut stride) = (z.len(), 1);
        while length > 1 {
            let half = length / 2;
            let (low, high) = z.split_at(half * stride);
            let rows = low.chunks_exact(stride).zip(high.chunks_exact(stride));
            for (p, ((low, high), to)) in rows.zip(other.chunks_exact_mut(2 * stride)).enumerate() {
                // e^(-2 pi i p / length), and N = 2 length stride.
                let root = self.roots[2 * p * stride];
                let (sums, differences) = to.split_at_mut(stride);
                for q in 0..stride {
                    sums[q] = add(low[q], high[q]);
                    differences[q] = mul(sub(low[q], high[q]), root);
                }
            }
            std::mem::swap(z, &mut other);
            (length, stride) = (half, 2 * stride);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    /// Numbers from -1 to 1.
    fn noise(n: usize) -> Vec<f64> {
        let mut random = SplitMix64(n as u64);
        (0..n).map(|_| (random.next_u64() >> 40) as f64 / (1u64 << 23) as f64 - 1.0).collect()
    }

    fn fft(x: &[f64]) -> Vec<Complex> {
        let mut found = vec![[f64::NAN; 2]; x.len() / 2 + 1];
        RealFft::new(x.len()).transform(x, |k, value| found[k] = value);
        found
    }

    fn dft(x: &[f64]) -> Vec<Complex> {
        let n = x.len();
        let term = |k: usize, i: usize| {
            let (sin, cos) = (TAU * (k * i % n) as f64 / n as f64).sin_cos();
            [x[i] * cos, -x[i] * sin]
        };
        (0..=n / 2).map(|k| (0..n).map(|i| term(k, i)).fold([0.0; 2], add)).collect()
    }

    fn expect_near(found: &[Complex], expected: &[Complex], n: usize) {
        assert_eq!(found.len(), expected.len());
        for (k, (f, e)) in found.iter().zip(expected).enumerate() {
            let error = sub(*f, *e).map(f64::abs);
            assert!(error[0].max(error[1]) < 1e-14 * n as f64, "{n}: X[{k}] is {f:?}, expected {e:?}");
        }
    }

    fn sizes() -> impl Iterator<Item = usize> {
        (1..=10).map(|log| 1 << log)
    }

    #[test]
    fn random_sequences_are_transformed_as_the_formula_says() {
        for n in sizes() {
            let x = noise(n);
            expect_near(&fft(&x), &dft(&x), n);
            let back = RealFft::new(n).invert(&fft(&x));
            assert!(back.iter().zip(&x).all(|(back, x)| (back - x).abs() < 1e-14 * n as f64), "{n}");
        }
    }

    #[test]
    fn an_impulse_has_a_flat_spectrum_whose_phase_is_its_place() {
        for n in sizes() {
            let at = n / 2 + n / 4;
            let mut x = vec![0.0; n];
            x[at] = 1.0;
            let phase = |k: usize| TAU * (k * at) as f64 / n as f64;
            let expected: Vec<Complex> = (0..=n / 2).map(|k| [phase(k).cos(), -phase(k).sin()]).collect();
            expect_near(&fft(&x), &expected, n);
        }
    }

    #[test]
    fn a_sine_at_a_bin_is_in_that_bin_alone() {
        for n in sizes().filter(|n| *n >= 4) {
            let bin = (n / 8).max(1);
            let x: Vec<f64> = (0..n).map(|i| (TAU * (bin * i % n) as f64 / n as f64).sin()).collect();
            let mut expected = vec![[0.0; 2]; n / 2 + 1];
            expected[bin][1] = -(n as f64) / 2.0;
            expect_near(&fft(&x), &expected, n);
        }
    }

    #[test]
    #[should_panic(expected = "radix 2 of 12")]
    fn other_lengths_are_refused() {
        RealFft::new(12);
    }
}
