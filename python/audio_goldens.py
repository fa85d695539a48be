"""Goldens of the log-mel spectrogram: librosa's, compared with both CPU forms and the GPU by tests/goldens.rs.

    pip install librosa==0.11.0 numpy safetensors
    python python/audio_goldens.py

Writes tests/goldens/audio.safetensors. Waveforms are numbers that int16 and f32 hold exactly; librosa computes in f64, its filters
too, and results are rounded to f32 once. Their noise stands about 40 dB below their tones, as a microphone's does, which is what
f32 can tell apart to 1e-3 dB.
"""

from pathlib import Path

import librosa
import numpy as np
from safetensors.numpy import save_file

FILE = Path(__file__).parent.parent / "tests" / "goldens" / "audio.safetensors"
generator = np.random.default_rng(7)


def int16(waveform):
    return np.round(np.clip(waveform, -1, 1) * 32767) / 32768


def chirp(sample_rate, seconds=0.4, start=200.0, end=7000.0):
    """From `start` to `end` Hz, with noise."""
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    phase = 2 * np.pi * (start * t + (end - start) / (2 * seconds) * t**2)
    return int16(0.5 * np.sin(phase) + 0.01 * generator.standard_normal(len(t)))


def two_tones(sample_rate, silent=0.1, seconds=0.3):
    """440 Hz and 1710 Hz that decay, with noise that decays too, after silence: the first frames are the floor of -100 dB."""
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    tones = 0.5 * np.sin(2 * np.pi * 440 * t) + 0.25 * np.sin(2 * np.pi * 1710 * t)
    struck = np.exp(-t / 0.08) * (tones + 0.01 * generator.standard_normal(len(t)))
    return int16(np.concatenate([np.zeros(int(silent * sample_rate)), struck]))


def case(name, waveform, sample_rate, n_fft, hop_length, n_mels, f_min, f_max):
    mel = dict(n_mels=n_mels, fmin=f_min, fmax=f_max, htk=False, norm="slaney", dtype=np.float64)
    power = librosa.feature.melspectrogram(
        y=waveform, sr=sample_rate, n_fft=n_fft, hop_length=hop_length, window="hann", center=True, pad_mode="constant",
        power=2.0, **mel,
    )
    decibels = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None)
    frames = len(waveform) // hop_length
    return {
        f"{name}/waveform": waveform[None],
        f"{name}/filters": librosa.filters.mel(sr=sample_rate, n_fft=n_fft, **mel),
        f"{name}/log_mel": decibels[:, :frames].T[None],
    }


goldens = case("chirp", chirp(16000), 16000, 512, 250, 64, 0.0, 8000.0)
goldens |= case("two_tones", two_tones(8000), 8000, 256, 100, 40, 50.0, 3800.0)
save_file({name: np.ascontiguousarray(value, dtype=np.float32) for name, value in goldens.items()}, FILE)
