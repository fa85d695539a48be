//! Log-mel spectrogram of waveforms, as librosa's `power_to_db(feature.melspectrogram(..), ref=1, amin=1e-10, top_db=None)`
//! with `center=True`, `pad_mode="constant"`.
//!
//! `X[b,f,k] = sum_n w[n] x[b, f hop + n - N/2] e^(-2 pi i k n / N)`, samples beyond the waveform zero, `w` the periodic window
//! of Hann, `w[n] = 1/2 - 1/2 cos(2 pi n / N)`; `y[b,f,m] = 10 log10 max(sum_k filters[m,k] |X[b,f,k]|^2, 1e-10)` in dB.
//! x `[B,S]`, filters `[M,K]`, y `[B,F,M]` with `K = N/2 + 1`; `F = S / hop`, rounded down, is one less than librosa gives, so
//! that whole seconds are round numbers of frames. Not differentiated: waveforms are data.
//!
//! The CPU forms transform in f64. The shader does so in f32 and computes its sines itself, since those of WGSL may be off by
//! 2^-11. It is then off by about 1e-6 of a frame's largest bin, which is 1e-3 dB in one 40 dB below that.

mod filters;

pub use filters::LogMel;
use filters::hann;

use std::f64::consts::TAU;

use super::case::{Case, noise};
use super::matmul::{Transpose, matmul};
use crate::dispatch::dispatched;
use crate::fft::RealFft;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct PowerParams {
        batch: u32,
        samples: u32,
        frames: u32,
        n_fft: u32,
        hop_length: u32,
    }
}

params! {
    struct Params {
        count: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LOG_MEL];

/// Silence: what is quieter counts as this power.
const SMALLEST: f64 = 1e-10;

/// `power[b F + f,k] = |sum_n w[n] x[b, f hop + n - N/2] e^(-2 pi i k n / N)|^2`; x `[B,S]`, power `[B*F,N/2+1]`.
pub static POWER: Kernel = Kernel {
    name: "log_mel.power",
    bindings: &[("waveform", Access::Read), ("power", Access::Write)],
    params: PowerParams::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "spectrum", grid: |p| grid_rows(p[0] * p[2]) }],
    cpu: |args: &mut Args| {
        let (p, x): (PowerParams, _) = (args.params(), args.read[0]);
        let (n_fft, window) = (p.n_fft as usize, hann(p.n_fft as usize));
        let roots: Vec<(f64, f64)> = (0..n_fft).map(|j| (TAU * j as f64 / n_fft as f64).sin_cos()).collect();
        for (row, power) in args.write[0].chunks_mut(n_fft / 2 + 1).enumerate() {
            let frame = p.frame(x, &window, row);
            for (k, power) in power.iter_mut().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, x) in frame.iter().enumerate() {
                    let (sin, cos) = roots[k * n % n_fft];
                    re += x * cos;
                    im -= x * sin;
                }
                *power = (re * re + im * im) as f32;
            }
        }
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let (p, x): (PowerParams, _) = (args.params(), args.read[0]);
        let (n_fft, window) = (p.n_fft as usize, hann(p.n_fft as usize));
        let fft = RealFft::new(n_fft);
        for_rows(args.write[0], n_fft / 2 + 1, 4 * n_fft * n_fft.ilog2() as usize, |row, power| {
            let frame = p.frame(x, &window, row);
            fft.transform(&frame, |k, [re, im]| power[k] = (re * re + im * im) as f32);
        });
    })),
};

impl PowerParams {
    /// Frame `row` of `[B*F]`, `[N]`, times the window; `x` `[B,S]`.
    fn frame(&self, x: &[f32], window: &[f64], row: usize) -> Vec<f64> {
        let (b, f) = (row / self.frames as usize, row % self.frames as usize);
        let samples = self.samples as usize;
        let x = &x[b * samples..(b + 1) * samples];
        let start = (f * self.hop_length as usize) as isize - (self.n_fft / 2) as isize;
        let at = |n: usize| usize::try_from(start + n as isize).ok().and_then(|at| x.get(at)).copied();
        window.iter().enumerate().map(|(n, w)| w * at(n).unwrap_or(0.0) as f64).collect()
    }
}

/// `y[i] = 10 log10 max(x[i], 1e-10)`; x, y `[N]`.
pub static FORWARD: Kernel = Kernel {
    name: "log_mel.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        for (y, x) in args.write[0].iter_mut().zip(args.read[0]) {
            *y = (10.0 * (*x as f64).max(SMALLEST).log10()) as f32;
        }
    },
    fast: None,
};

/// `y[B,F,M] = 10 log10 max(filters[M,K] |X[B,F,K]|^2, 1e-10)` in dB, `X` the spectra of the frames of the waveforms `x`
/// `[B,S]`, f32, where 1 is the loudest; `F = S / hop`, rounded down and at least 1. On silence exactly -100.
///
/// `filters` is an input that the caller writes once, from [`LogMel::filters`]: plans hold no constants, and weights that a shader
/// computed from the bands' edges would lose digits next to an edge, since WGSL's `exp` is off by several units in the last
/// place. The waveforms are mono, of `settings.sample_rate`.
///
/// Panics where a setting is out of its range, the waveforms are shorter than a hop, or the filters have another shape.
pub fn log_mel(b: &mut PlanBuilder, x: SlotId, filters: SlotId, settings: &LogMel) -> SlotId {
    settings.expect_valid();
    let (shape, bins) = (b.shape(x).clone(), settings.bins());
    assert!(shape.len() == 2 && shape[1] >= settings.hop_length, "log_mel: {shape} with {settings:?}");
    assert_eq!(b.shape(filters)[..], [settings.n_mels, bins], "log_mel: filters of {settings:?}");
    let (batch, samples) = (shape[0], shape[1]);
    let frames = samples / settings.hop_length;
    let power = b.temp("log_mel_power", [batch * frames, bins]);
    let params = PowerParams {
        batch: batch as u32,
        samples: samples as u32,
        frames: frames as u32,
        n_fft: settings.n_fft as u32,
        hop_length: settings.hop_length as u32,
    };
    b.emit(&POWER, &[x, power], words(&params));
    let bands = matmul(b, power, filters, Transpose { y: true, ..Default::default() });
    let y = b.temp("log_mel", [batch, frames, settings.n_mels]);
    b.emit(&FORWARD, &[bands, y], words(&Params { count: (batch * frames * settings.n_mels) as u32 }));
    y
}

/// Frames that overlap and that leave samples out; waveforms shorter than a frame, of no whole number of hops, loud, and silent.
pub fn cases() -> Vec<Case> {
    let small = LogMel { sample_rate: 1000, n_fft: 16, hop_length: 5, n_mels: 3, f_min: 20.0, f_max: 480.0 };
    let case = |x: HostTensor, settings: LogMel, what: &str| {
        let LogMel { n_fft, hop_length, n_mels, .. } = settings;
        let name = format!("log_mel {} by {n_fft} hop {hop_length} to {n_mels} {what}", x.shape);
        let inputs = vec![x, settings.filters()];
        Case::new(name, inputs, move |b, s| log_mel(b, s[0], s[1], &settings)).constant(0).constant(1)
    };
    // In long frames a bin may lie far below the largest.
    vec![
        case(noise(&[2, 63], 1.0, 90), small, ""),
        case(noise(&[1, 1], 1.0, 91), LogMel { n_fft: 4, hop_length: 1, n_mels: 1, ..small }, ""),
        case(noise(&[3, 65], 1.0, 92), LogMel { n_fft: 8, hop_length: 13, ..small }, "gaps"),
        case(noise(&[2, 257], 100.0, 93), LogMel { n_fft: 2048, n_mels: 65, ..small }, "large, short")
            .tolerance(5e-5),
        case(noise(&[2, 2100], 0.5, 94), LogMel::DEFAULT, "").tolerance(5e-5),
        case(HostTensor::zeros([1, 64]), small, "silence"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power_of(x: &[f32], n_fft: u32, hop_length: u32) -> Vec<f32> {
        let frames = x.len() as u32 / hop_length;
        let params = words(&PowerParams { batch: 1, samples: x.len() as u32, frames, n_fft, hop_length });
        let mut power = vec![f32::NAN; frames as usize * (n_fft as usize / 2 + 1)];
        (POWER.cpu)(&mut Args { params: &params, read: vec![x], write: vec![&mut power] });
        power
    }

    #[test]
    fn frames_are_centred_and_windowed() {
        // Centres at 0, 2, 4; the window is 0, 1/2, 1, 1/2, so that the impulse is seen whole, half or not at all.
        let power = power_of(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0], 4, 2);
        let expected = [[0.0; 3], [0.25; 3], [0.25; 3]].concat();
        assert!(power.iter().zip(&expected).all(|(p, e)| (p - e).abs() < 1e-7), "{power:?}");
    }

    #[test]
    fn silence_is_exactly_the_floor() {
        let (x, mut y) = ([0.0, 1e-10, 1.0], [f32::NAN; 3]);
        (FORWARD.cpu)(&mut Args { params: &[3], read: vec![&x], write: vec![&mut y] });
        assert_eq!(y, [-100.0, -100.0, 0.0]);
    }

    fn emit(samples: usize, settings: &LogMel) -> Vec<usize> {
        let mut b = PlanBuilder::new();
        let x = b.input("x", [2, samples], crate::tensor::DType::F32);
        let filters = b.input("filters", [settings.n_mels, settings.bins()], crate::tensor::DType::F32);
        let y = log_mel(&mut b, x, filters, settings);
        b.shape(y).to_vec()
    }

    #[test]
    fn two_seconds_are_128_frames() {
        assert_eq!(emit(32_000, &LogMel::DEFAULT), [2, 128, 64]);
        assert_eq!(emit(32_249, &LogMel::DEFAULT), [2, 128, 64]);
    }

    #[test]
    #[should_panic(expected = "log_mel: [2,249]")]
    fn waveforms_without_a_frame_are_refused() {
        emit(249, &LogMel::DEFAULT);
    }

    #[test]
    #[should_panic(expected = "has no elements")]
    fn waveforms_without_samples_are_refused() {
        emit(0, &LogMel::DEFAULT);
    }
}
