//! Waveforms as tensors, see [`crate::model::modality::sound`].

use super::Inputs;
use crate::limits::{self, LimitError};
use crate::model::modality::sound::SPECTROGRAM;
use crate::tensor::HostTensor;
use crate::world::sound::{SAMPLE_RATE, SAMPLES};

/// Why a waveform from outside is not encoded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WaveformError {
    #[error("the waveform has no samples")]
    Empty,
    #[error("sample {index} of the waveform is {found}")]
    NotFinite { index: usize, found: f32 },
    #[error(transparent)]
    Limit(#[from] LimitError),
}

/// Whether a mono waveform at 16 kHz can be encoded.
pub fn check_waveform(samples: &[f32]) -> Result<(), WaveformError> {
    if samples.is_empty() {
        return Err(WaveformError::Empty);
    }
    limits::duration(u32::try_from(samples.len()).unwrap_or(u32::MAX), SAMPLE_RATE)?;
    match samples.iter().position(|sample| !sample.is_finite()) {
        Some(index) => Err(WaveformError::NotFinite { index, found: samples[index] }),
        None => Ok(()),
    }
}

/// Whether nothing in a waveform reaches -80 dB of full scale.
pub fn is_silent(samples: &[f32]) -> bool {
    samples.iter().all(|sample| sample.abs() < 1e-4)
}

/// `waveform` and `filters` of mono waveforms at 16 kHz, cut, or filled up with silence, to two seconds.
pub(in crate::infer) fn sound_inputs(waveforms: &[&[f32]]) -> Inputs {
    let mut samples = vec![0.0; waveforms.len() * SAMPLES];
    for (out, waveform) in samples.chunks_mut(SAMPLES).zip(waveforms) {
        let count = waveform.len().min(SAMPLES);
        out[..count].copy_from_slice(&waveform[..count]);
    }
    vec![
        ("waveform".into(), HostTensor::f32([waveforms.len(), SAMPLES], samples)),
        ("filters".into(), SPECTROGRAM.filters()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_that_is_empty_endless_or_no_numbers_is_refused() {
        let refused = |samples: &[f32]| check_waveform(samples).unwrap_err().to_string();
        assert_eq!(refused(&[]), "the waveform has no samples");
        assert_eq!(refused(&[0.0, f32::NAN]), "sample 1 of the waveform is NaN");
        let hours = vec![0.0; 2 * 3600 * SAMPLE_RATE as usize];
        assert_eq!(refused(&hours), "115200000 samples at 16000 Hz; at most 600 seconds are decoded");
        assert_eq!(check_waveform(&[0.5]), Ok(()));
    }

    #[test]
    fn dither_is_silent_and_a_whisper_is_not() {
        assert!(is_silent(&[]) && is_silent(&[1.0 / 32_768.0, -3.0 / 32_768.0]));
        assert!(!is_silent(&[0.0, -0.001]) && !is_silent(&[f32::NAN]));
    }

    #[test]
    fn short_waveforms_end_in_silence_and_long_ones_are_cut() {
        let (short, long) = ([0.5; 3], vec![0.25; SAMPLES + 9]);
        let inputs = sound_inputs(&[&short, &long]);
        let samples = inputs[0].1.as_f32();
        assert_eq!(samples.len(), 2 * SAMPLES);
        assert_eq!(samples[..5], [0.5, 0.5, 0.5, 0.0, 0.0]);
        assert!(samples[SAMPLES..].iter().all(|&sample| sample == 0.25));
    }
}
