//! Sounds for small models: half a second in which an object is knocked once or twice, as a small log-mel spectrogram.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fft::RealFft;
use crate::ops::log_mel::LogMel;
use crate::world::sound::{SAMPLE_RATE, knocks};
use crate::world::{Object, Rng, Shape, Size, Texture};

/// Samples of a sound, half a second.
pub const SAMPLES: usize = SAMPLE_RATE as usize / 2;
/// Frames `F` and mel bands `M` of its spectrogram.
pub const FRAMES: usize = 16;
pub const BANDS: usize = 16;
/// Levels in dB that the bytes 0, which also stands for silence, and 255 of a spectrogram stand for.
pub const LEVELS: [f32; 2] = [-60.0, 0.0];

const SPECTROGRAM: LogMel = LogMel {
    sample_rate: SAMPLE_RATE,
    n_fft: 512,
    hop_length: SAMPLES / FRAMES,
    n_mels: BANDS,
    f_min: 0.0,
    f_max: 8000.0,
};

/// Latest beginning of the first of two knocks, and least and largest time to the second, in samples.
const FIRST: usize = 1_000;
const APART: [usize; 2] = [3_000, 4_000];

/// An object that is knocked once or twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Knocks {
    shape: Shape,
    size: Size,
    texture: Texture,
    /// The samples with which they begin; equal for one knock.
    onsets: [u16; 2],
}

impl Knocks {
    /// Once or twice, at moments of its own: one knock comes as often early as late.
    pub fn draw(object: &Object, is_twice: bool, rng: &mut Rng) -> Self {
        let first = rng.below(FIRST);
        let second = first + APART[0] + rng.below(APART[1] - APART[0]);
        let single = rng.below(FIRST + APART[1]);
        let onsets = if is_twice { [first, second] } else { [single; 2] };
        let Object { shape, size, texture, .. } = *object;
        Knocks { shape, size, texture, onsets: onsets.map(|onset| onset as u16) }
    }

    pub fn is_twice(&self) -> bool {
        self.onsets[0] != self.onsets[1]
    }

    /// [`SAMPLES`] samples of mono at 16 kHz.
    pub fn waveform(&self) -> Vec<f32> {
        let count = 1 + usize::from(self.is_twice());
        let onsets = self.onsets.into_iter().take(count).map(usize::from);
        knocks(self.shape, self.size, self.texture, onsets, SAMPLES)
    }

    /// The log-mel spectrogram `[F, M]` in bytes, which span [`LEVELS`].
    pub fn spectrogram(&self) -> Vec<u8> {
        spectrogram(&self.waveform())
    }
}

/// The log-mel spectrogram `[F, M]` of [`SAMPLES`] samples, in bytes, which span [`LEVELS`].
pub fn spectrogram(waveform: &[f32]) -> Vec<u8> {
    READER.read(waveform)
}

/// The frequency in Hz at which a band is centred.
pub fn centre(band: usize) -> f64 {
    SPECTROGRAM.centre(band)
}

static READER: LazyLock<Reader> = LazyLock::new(|| Reader {
    fft: RealFft::new(SPECTROGRAM.n_fft),
    window: SPECTROGRAM.window(),
    filters: SPECTROGRAM.filters().as_f32().to_vec(),
});

/// What does not hang on the waveform.
struct Reader {
    fft: RealFft,
    /// `[N]`
    window: Vec<f64>,
    /// `[M, K]`
    filters: Vec<f32>,
}

impl Reader {
    /// The formula of [`crate::ops::log_mel`], on the host.
    fn read(&self, waveform: &[f32]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAMES * BANDS);
        let mut power = vec![0.0; SPECTROGRAM.bins()];
        for frame in 0..FRAMES {
            let start = (frame * SPECTROGRAM.hop_length).wrapping_sub(SPECTROGRAM.n_fft / 2);
            let at = |n: usize| waveform.get(start.wrapping_add(n)).copied().unwrap_or(0.0);
            let windowed = self.window.iter().enumerate().map(|(n, w)| w * f64::from(at(n)));
            let windowed: Vec<f64> = windowed.collect();
            self.fft.transform(&windowed, |k, [re, im]| power[k] = re * re + im * im);
            for filter in self.filters.chunks_exact(SPECTROGRAM.bins()) {
                let band: f64 = filter.iter().zip(&power).map(|(w, power)| f64::from(*w) * power).sum();
                bytes.push(byte(10.0 * band.max(1e-10).log10()));
            }
        }
        bytes
    }
}

fn byte(decibels: f64) -> u8 {
    let [least, most] = LEVELS.map(f64::from);
    (255.0 * (decibels - least) / (most - least)).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{CpuDevice, Device};
    use crate::plan::PlanBuilder;
    use crate::tensor::{DType, HostTensor};
    use crate::train::small_trainer::replay;
    use crate::world::Split;
    use crate::world::splits::scene_with;

    fn drawn(index: u64, is_twice: bool) -> Knocks {
        let scene = scene_with(Split::Train, 1, index, 1..=1);
        Knocks::draw(&scene.objects[0], is_twice, &mut Rng::from_seed(index))
    }

    #[test]
    fn the_spectrogram_is_that_of_the_op() {
        let mut b = PlanBuilder::new();
        let x = b.input("x", [1, SAMPLES], DType::F32);
        let filters = b.input("filters", [BANDS, SPECTROGRAM.bins()], DType::F32);
        let y = crate::ops::log_mel::log_mel(&mut b, x, filters, &SPECTROGRAM);
        b.name(y, "y");
        let store = Device::Cpu(CpuDevice { exact: true }).param_store();
        let plan = pollster::block_on(store.compile(std::rc::Rc::new(b.finish()))).unwrap();
        for index in 0..4 {
            let knocks = drawn(index, index % 2 == 0);
            let x = HostTensor::f32([1, SAMPLES], knocks.waveform());
            let inputs = vec![("x".to_string(), x), ("filters".to_string(), SPECTROGRAM.filters())];
            let [found] = pollster::block_on(replay(&plan, &inputs, ["y"])).unwrap();
            for (own, decibels) in knocks.spectrogram().iter().zip(found.as_f32()) {
                assert!(own.abs_diff(byte(f64::from(*decibels))) <= 1, "{own}, {decibels} dB");
            }
        }
    }

    #[test]
    fn a_second_knock_is_louder_than_what_is_left_of_the_first() {
        for index in 0..100 {
            let twice = drawn(index, true);
            let wave = twice.waveform();
            let [_, second] = twice.onsets.map(usize::from);
            let power =
                |range: std::ops::Range<usize>| wave[range].iter().map(|sample| sample * sample).sum::<f32>();
            assert!(power(second..second + 500) > 3.0 * power(second - 500..second), "{twice:?}");
            assert!(twice.is_twice() && !drawn(index, false).is_twice());
            let loudest = twice.spectrogram().into_iter().max();
            assert!(loudest >= Some(180), "{twice:?}: {loudest:?}");
        }
    }
}
