//! Short-time spectra of waveforms, and waveforms out of masked ones.

use crate::fft::{Complex, RealFft};
use crate::model::audiovisual::separation::{BINS, FRAMES};
use crate::model::modality::sound::{LOUDNESS, SPECTROGRAM};
use crate::world::sound::SAMPLES;

/// Quieter than this is silence.
const SMALLEST: f64 = 1e-5;

/// Least sum of squared windows that a sample is divided by. Between two frames it is 0.5; at the end, which only the edge of the last
/// window reaches, what a mask leaves there would become a click.
const LEAST_WEIGHT: f64 = 0.1;

/// The spectra of two seconds, `[M, K]`, framed as those of [`crate::ops::log_mel`].
pub struct Spectrum {
    bins: Vec<Complex>,
}

impl Spectrum {
    /// Of a waveform, which is cut, or filled up with silence, to two seconds.
    pub fn of(waveform: &[f32]) -> Self {
        let (fft, window) = (RealFft::new(SPECTROGRAM.n_fft), SPECTROGRAM.window());
        let mut bins = vec![[0.0; 2]; FRAMES * BINS];
        for (frame, bins) in bins.chunks_mut(BINS).enumerate() {
            let at = |n: usize| samples_of(frame, n).and_then(|at| waveform.get(at)).copied();
            let x: Vec<f64> =
                window.iter().enumerate().map(|(n, w)| w * f64::from(at(n).unwrap_or(0.0))).collect();
            fft.transform(&x, |k, value| bins[k] = value);
        }
        Spectrum { bins }
    }

    /// Loudness of each bin in units of [`LOUDNESS`].
    pub fn decibels(&self) -> impl Iterator<Item = f32> {
        self.bins.iter().map(|&bin| 20.0 * magnitude(bin).max(SMALLEST).log10() as f32 / LOUDNESS)
    }

    /// `sqrt |X|` of each bin.
    pub fn compressed(&self) -> impl Iterator<Item = f32> {
        self.bins.iter().map(|&bin| magnitude(bin).sqrt() as f32)
    }

    /// `sqrt max(Re(S X*) / |X|, 0)` of each bin: of this spectrum `S` as much as lies in the phase of `X` (Erdogan et al. 2015), at
    /// most `|X|`.
    pub fn compressed_along(&self, mixture: &Spectrum) -> impl Iterator<Item = f32> {
        self.bins.iter().zip(&mixture.bins).map(|(s, &x)| {
            let whole = magnitude(x);
            let along = (s[0] * x[0] + s[1] * x[1]) / whole.max(SMALLEST);
            along.clamp(0.0, whole).sqrt() as f32
        })
    }

    /// The waveform, two seconds, of what a mask `[M, K]` of the compressed magnitudes leaves: overlapping frames added, each
    /// under the window once more (Griffin and Lim 1984).
    pub fn masked(&self, mask: &[f32]) -> Vec<f32> {
        assert_eq!(mask.len(), self.bins.len(), "the mask of another spectrum");
        let (fft, window) = (RealFft::new(SPECTROGRAM.n_fft), SPECTROGRAM.window());
        let (mut sum, mut weight) = (vec![0.0; SAMPLES], vec![0.0; SAMPLES]);
        for (frame, (bins, mask)) in self.bins.chunks(BINS).zip(mask.chunks(BINS)).enumerate() {
            let left: Vec<Complex> =
                bins.iter().zip(mask).map(|(bin, m)| bin.map(|part| part * f64::from(m * m))).collect();
            for (n, (x, w)) in fft.invert(&left).into_iter().zip(&window).enumerate() {
                if let Some(at) = samples_of(frame, n).filter(|&at| at < SAMPLES) {
                    sum[at] += w * x;
                    weight[at] += w * w;
                }
            }
        }
        sum.iter().zip(&weight).map(|(x, w)| (x / w.max(LEAST_WEIGHT)) as f32).collect()
    }
}

fn magnitude([re, im]: Complex) -> f64 {
    re.hypot(im)
}

/// The sample that is number `n` of a frame; none before the beginning.
fn samples_of(frame: usize, n: usize) -> Option<usize> {
    (frame * SPECTROGRAM.hop_length + n).checked_sub(SPECTROGRAM.n_fft / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Clip, Split};

    #[test]
    fn a_mask_of_ones_leaves_the_waveform_and_one_of_zeros_silence() {
        let waveform = Clip::draw(Split::Test, 1, 2).sound().mix();
        let spectrum = Spectrum::of(&waveform);
        let back = spectrum.masked(&vec![1.0; FRAMES * BINS]);
        // The last of the last frame fades out.
        let inner = SAMPLES - SPECTROGRAM.n_fft / 4;
        let error = back.iter().zip(&waveform).take(inner).map(|(b, w)| (b - w).abs()).fold(0.0, f32::max);
        assert!(error < 1e-5, "{error}");
        assert_eq!(spectrum.masked(&vec![0.0; FRAMES * BINS]), vec![0.0; SAMPLES]);
        // Bins here and there: nothing becomes louder than what it is of, nor does it click at the end.
        let some: Vec<f32> = (0..FRAMES * BINS).map(|at| f32::from(u8::from(at % 3 == 0))).collect();
        let peak = |waveform: &[f32]| waveform.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
        let (left, whole) = (spectrum.masked(&some), peak(&waveform));
        assert!(peak(&left) < whole && peak(&left[inner..]) < whole, "{} of {whole}", peak(&left[inner..]));
    }

    #[test]
    fn what_lies_along_a_mixture_is_at_most_the_mixture() {
        let [own, other] = [2, 5].map(|index| Clip::draw(Split::Test, 1, index).sound().mix());
        let mixed: Vec<f32> = own.iter().zip(&other).map(|(a, b)| a + b).collect();
        let (own, mixed) = (Spectrum::of(&own), Spectrum::of(&mixed));
        assert!(own.compressed_along(&mixed).zip(mixed.compressed()).all(|(part, whole)| part <= whole));
        assert!(
            mixed
                .compressed_along(&mixed)
                .zip(mixed.compressed())
                .all(|(part, whole)| { (part - whole).abs() < 1e-3 || whole < 0.01 })
        );
    }
}
