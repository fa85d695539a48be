//! The settings of a log-mel spectrogram, and the filters that follow from them.

use std::f64::consts::TAU;

use crate::tensor::HostTensor;

/// How a log-mel spectrogram is made of a waveform; names as in librosa.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogMel {
    /// Samples per second.
    pub sample_rate: u32,
    /// `N`, samples of a frame: a power of two from 4 to 2048, which the shader has room for.
    pub n_fft: usize,
    /// Samples from the centre of a frame to that of the next.
    pub hop_length: usize,
    /// `M`, bands.
    pub n_mels: usize,
    /// Where the lowest band begins, in Hz.
    pub f_min: f64,
    /// Where the highest band ends, in Hz; at most half the sample rate.
    pub f_max: f64,
}

impl LogMel {
    /// 64 bands up to 8 kHz, from frames of 32 ms every 15.6 ms, at 16 kHz, which is what speech and most sounds of things need:
    /// 2 s give 128 frames, so that a picture `[128,64]` divides into patches whose sides are powers of two.
    pub const DEFAULT: LogMel =
        LogMel { sample_rate: 16_000, n_fft: 512, hop_length: 250, n_mels: 64, f_min: 0.0, f_max: 8000.0 };

    /// `K = N/2 + 1`, bins of a frame's spectrum.
    pub const fn bins(&self) -> usize {
        self.n_fft / 2 + 1
    }

    /// Hann's periodic window `[N]`, by which each frame is multiplied.
    pub fn window(&self) -> Vec<f64> {
        hann(self.n_fft)
    }

    /// The filters `[M,K]`, in 1/Hz, as `librosa.filters.mel(htk=False, norm="slaney")`: band `m` is a triangle over the edges
    /// `m`, `m + 1`, `m + 2` of `M + 2` that are equally far apart in mel from `f_min` to `f_max`, and of area 1 in Hz
    /// (Slaney 1998, *Auditory Toolbox*).
    ///
    /// Panics where a setting is out of its range.
    pub fn filters(&self) -> HostTensor {
        self.expect_valid();
        let (low, high) = (mel(self.f_min), mel(self.f_max));
        let edge = |i: usize| hertz(low + (high - low) * i as f64 / (self.n_mels + 1) as f64);
        let edges: Vec<f64> = (0..self.n_mels + 2).map(edge).collect();
        let bin = self.sample_rate as f64 / self.n_fft as f64;
        let filters = edges.windows(3).flat_map(|edges| {
            let [left, centre, right] = [edges[0], edges[1], edges[2]];
            (0..self.bins()).map(move |k| {
                let f = k as f64 * bin;
                let triangle = ((f - left) / (centre - left)).min((right - f) / (right - centre)).max(0.0);
                (triangle * 2.0 / (right - left)) as f32
            })
        });
        HostTensor::f32([self.n_mels, self.bins()], filters.collect())
    }

    /// The frequency in Hz at which band `m` is centred.
    pub fn centre(&self, m: usize) -> f64 {
        let (low, high) = (mel(self.f_min), mel(self.f_max));
        hertz(low + (high - low) * (m + 1) as f64 / (self.n_mels + 1) as f64)
    }

    pub(super) fn expect_valid(&self) {
        let nyquist = self.sample_rate as f64 / 2.0;
        assert!(
            self.n_fft.is_power_of_two()
                && (4..=2048).contains(&self.n_fft)
                && self.hop_length > 0
                && self.n_mels > 0
                && 0.0 <= self.f_min
                && self.f_min < self.f_max
                && self.f_max <= nyquist,
            "{self:?}"
        );
    }
}

/// Hz per mel below `KNEE`.
const LINEAR: f64 = 200.0 / 3.0;
/// Hz; above it mel is logarithmic, 27 mel to a factor of 6.4.
const KNEE: f64 = 1000.0;

/// Slaney's scale: `3 f / 200` up to 1 kHz, `15 + 27 log_6.4 (f / 1 kHz)` above.
fn mel(hertz: f64) -> f64 {
    match hertz < KNEE {
        true => hertz / LINEAR,
        false => KNEE / LINEAR + 27.0 * (hertz / KNEE).ln() / 6.4f64.ln(),
    }
}

/// The inverse of [`mel`].
fn hertz(mel: f64) -> f64 {
    let above = mel - KNEE / LINEAR;
    if above < 0.0 { mel * LINEAR } else { KNEE * (above / 27.0 * 6.4f64.ln()).exp() }
}

/// `w[n] = 1/2 - 1/2 cos(2 pi n / N)`.
pub(super) fn hann(n_fft: usize) -> Vec<f64> {
    (0..n_fft).map(|n| 0.5 - 0.5 * (TAU * n as f64 / n_fft as f64).cos()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_linear_then_logarithmic() {
        for (f, m) in [(0.0, 0.0), (200.0, 3.0), (1000.0, 15.0), (6400.0, 42.0), (40_960.0, 69.0)] {
            assert!((mel(f) - m).abs() < 1e-12 && (hertz(m) - f).abs() < 1e-9, "{f} Hz, {m} mel");
        }
    }

    #[test]
    fn filters_have_area_one_and_their_edges() {
        // Edges at 0, 200, 400, 600 Hz; bins 50 Hz apart.
        let settings =
            LogMel { sample_rate: 1600, n_fft: 32, hop_length: 8, n_mels: 2, f_min: 0.0, f_max: 600.0 };
        let filters = settings.filters();
        assert_eq!(filters.shape, [2, 17].into());
        for (m, filter) in filters.as_f32().chunks(17).enumerate() {
            let expected = |k: usize| (1.0 - (k as f32 - 4.0 * (m + 1) as f32).abs() / 4.0).max(0.0) / 200.0;
            for (k, weight) in filter.iter().enumerate() {
                assert!((weight - expected(k)).abs() < 1e-9, "band {m}, bin {k}: {weight}");
            }
            assert!((filter.iter().sum::<f32>() * 50.0 - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    #[should_panic(expected = "n_fft: 500")]
    fn frames_of_other_lengths_are_refused() {
        LogMel { n_fft: 500, ..LogMel::DEFAULT }.filters();
    }

    #[test]
    #[should_panic(expected = "f_max: 8001")]
    fn bands_beyond_half_the_sample_rate_are_refused() {
        LogMel { f_max: 8001.0, ..LogMel::DEFAULT }.filters();
    }
}
