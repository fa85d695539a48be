//! Waveforms as tensors, see [`crate::model::modality::sound`].

use super::Inputs;
use crate::model::modality::sound::SPECTROGRAM;
use crate::tensor::HostTensor;
use crate::world::sound::SAMPLES;

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
    fn short_waveforms_end_in_silence_and_long_ones_are_cut() {
        let (short, long) = ([0.5; 3], vec![0.25; SAMPLES + 9]);
        let inputs = sound_inputs(&[&short, &long]);
        let samples = inputs[0].1.as_f32();
        assert_eq!(samples.len(), 2 * SAMPLES);
        assert_eq!(samples[..5], [0.5, 0.5, 0.5, 0.0, 0.0]);
        assert!(samples[SAMPLES..].iter().all(|&sample| sample == 0.25));
    }
}
