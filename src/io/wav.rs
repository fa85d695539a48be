//! WAV files: integers of 8, 16, 24 and 32 bits and 32-bit floats to mono, and 16-bit PCM out.

use std::io::Cursor;

use hound::{Sample, SampleFormat, WavReader, WavSpec, WavWriter};

use crate::limits::{self, LimitError};

/// Why a file is not taken as a sound. The text goes on after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    #[error("is empty")]
    Empty,
    #[error("is not a WAV file")]
    Unknown,
    #[error("is coded in a way that is not read; integers of 8, 16, 24 and 32 bits and 32-bit floats are")]
    Coding,
    #[error("has {0}")]
    Limit(#[from] LimitError),
    #[error("has no samples")]
    NoSamples,
    #[error("ends before its samples do, after {bytes} bytes")]
    Cut { bytes: usize },
    #[error("has a sample that is not a finite number, {seconds} seconds from its start")]
    NotFinite { seconds: u32 },
    #[error("cannot be decoded: {0}")]
    Broken(String),
}

/// A mono WAV file of 16-bit PCM, at `rate` samples a second. Full scale is 1: what lies beyond is clipped.
///
/// # Panics
/// If the samples take 4 GiB, more than a WAV file can hold.
pub fn encode_wav(samples: &[f32], rate: u32) -> Vec<u8> {
    let spec =
        WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut file = Cursor::new(Vec::new());
    let fits = "a WAV file holds less than 4 GiB, and memory takes them";
    let mut writer = WavWriter::new(&mut file, spec).expect(fits);
    for &sample in samples {
        #[allow(clippy::cast_possible_truncation, reason = "a cast to an integer keeps to its range")]
        writer.write_sample((sample * 32_768.0).round() as i16).expect(fits);
    }
    writer.finalize().expect(fits);
    file.into_inner()
}

/// Decodes a WAV file to the mean of its channels and its samples a second. Integers become shares of full scale;
/// floats stay as they are and may lie beyond.
///
/// # Errors
/// [`WavError`]: what is too long, damaged, of another kind or, as no sound is, not finite.
pub fn decode_wav(bytes: &[u8]) -> Result<(Vec<f32>, u32), WavError> {
    if bytes.is_empty() {
        return Err(WavError::Empty);
    }
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError::Unknown);
    }
    limits::sound_file(bytes.len() as u64)?;
    let broken = |error| broken(error, bytes.len());
    let reader = WavReader::new(bytes).map_err(broken)?;
    let (WavSpec { channels, sample_rate, bits_per_sample, sample_format }, duration) =
        (reader.spec(), reader.duration());
    limits::duration(duration, sample_rate)?;
    if duration == 0 {
        return Err(WavError::NoSamples);
    }
    let samples = match sample_format {
        SampleFormat::Float => mixdown(reader, channels, |sample: f32| sample),
        SampleFormat::Int => {
            let full_scale = (1u64 << (u32::from(bits_per_sample).clamp(1, 32) - 1)) as f32;
            mixdown(reader, channels, |sample: i32| sample as f32 / full_scale)
        }
    };
    let samples = samples.map_err(broken)?;
    match samples.iter().zip(0u32..).find(|(sample, _)| !sample.is_finite()) {
        Some((_, at)) => Err(WavError::NotFinite { seconds: at / sample_rate }),
        None => Ok((samples, sample_rate)),
    }
}

/// The mean of the channels, by samples of the range `[-1, 1]` that `scaled` makes.
fn mixdown<S: Sample>(
    mut reader: WavReader<&[u8]>,
    channels: u16,
    scaled: impl Fn(S) -> f32,
) -> hound::Result<Vec<f32>> {
    let share = 1.0 / f32::from(channels);
    let (mut samples, mut sum) = (Vec::new(), 0.0);
    for (sample, channel) in reader.samples::<S>().zip((1..=channels).cycle()) {
        sum += scaled(sample?) * share;
        if channel == channels {
            samples.push(std::mem::take(&mut sum));
        }
    }
    Ok(samples)
}

fn broken(error: hound::Error, bytes: usize) -> WavError {
    match error {
        // Bytes in memory fail to be read only where there are no more.
        hound::Error::IoError(_) => WavError::Cut { bytes },
        hound::Error::TooWide | hound::Error::Unsupported | hound::Error::InvalidSampleFormat => {
            WavError::Coding
        }
        other => WavError::Broken(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV file of the samples, channel by channel at each moment.
    fn file<S: Sample + Copy>(
        samples: &[S],
        channels: u16,
        bits: u16,
        sample_format: SampleFormat,
    ) -> Vec<u8> {
        let spec = WavSpec { channels, sample_rate: 44_100, bits_per_sample: bits, sample_format };
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        samples.iter().for_each(|&sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
        file.into_inner()
    }

    fn ramp() -> Vec<f32> {
        (-100..=100).map(|step| step as f32 / 100.0).collect()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let (samples, rate) = decode_wav(&encode_wav(&ramp(), 16_000)).unwrap();
        assert_eq!((samples.len(), rate), (201, 16_000));
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1.0 / 32_768.0;
        assert!(samples.iter().zip(&ramp()).all(close), "{samples:?}");
        let again = encode_wav(&samples, rate);
        assert_eq!(again, encode_wav(&ramp(), 16_000));
    }

    #[test]
    fn what_lies_beyond_full_scale_is_clipped() {
        let (samples, _) = decode_wav(&encode_wav(&[7.0, -7.0, f32::NAN], 8_000)).unwrap();
        assert_eq!(samples, [32_767.0 / 32_768.0, -1.0, 0.0]);
    }

    #[test]
    fn integers_become_shares_of_full_scale() {
        for bits in [8, 16, 24, 32] {
            let half = 1 << (bits - 2);
            let (samples, rate) =
                decode_wav(&file(&[half, -half, -half - half, 0], 1, bits, SampleFormat::Int)).unwrap();
            assert_eq!((samples, rate), (vec![0.5, -0.5, -1.0, 0.0], 44_100), "{bits} bits");
        }
    }

    #[test]
    fn channels_are_averaged() {
        let half = 1 << 22;
        let stereo = file(&[half, half / 2, -half, half, 0, half], 2, 24, SampleFormat::Int);
        assert_eq!(decode_wav(&stereo).unwrap().0, [0.375, 0.0, 0.25]);
        let three = file(&[0.75f32, -0.75, 1.5, 0.0, 0.0, -6.0], 3, 32, SampleFormat::Float);
        assert_eq!(decode_wav(&three).unwrap().0, [0.5, -2.0]);
        let loud = file(&[f32::MAX; 4], 4, 32, SampleFormat::Float);
        assert_eq!(decode_wav(&loud).unwrap().0, [f32::MAX]);
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let said = |file: &[u8]| decode_wav(file).unwrap_err().to_string();
        let whole = encode_wav(&ramp(), 16_000);
        assert_eq!(said(b""), "is empty");
        assert_eq!(said(b"Dear diary, today it rained."), "is not a WAV file");
        assert_eq!(said(b"RIFF\0\0\0\0WEBPVP8 "), "is not a WAV file");
        assert_eq!(said(&encode_wav(&[], 16_000)), "has no samples");
        for bytes in [12, 30, 44, whole.len() - 1] {
            assert_eq!(said(&whole[..bytes]), format!("ends before its samples do, after {bytes} bytes"));
        }
        let nan = file(&[0.0, f32::NAN], 1, 32, SampleFormat::Float);
        assert_eq!(said(&nan), "has a sample that is not a finite number, 0 seconds from its start");
    }

    /// A file with other bytes from a place in its header on.
    fn altered(mut file: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    }

    #[test]
    fn other_codings_are_told() {
        // The tag of A-law.
        let alaw = altered(encode_wav(&ramp(), 16_000), 20, &[6, 0]);
        assert_eq!(decode_wav(&alaw), Err(WavError::Coding));
        // Valid bits of the extensible format, which is written from 24 bits on.
        let twenty = altered(file(&[1, 2], 1, 24, SampleFormat::Int), 38, &[20, 0]);
        assert_eq!(decode_wav(&twenty), Err(WavError::Coding));
        let zero = altered(encode_wav(&ramp(), 16_000), 22, &[0, 0]);
        assert!(matches!(decode_wav(&zero), Err(WavError::Broken(_))));
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_decoded() {
        let slow = encode_wav(&[0.0; 601], 1);
        let most = "has 601 samples at 1 Hz; at most 600 seconds are decoded";
        assert_eq!(decode_wav(&slow).unwrap_err().to_string(), most);
        // It promises 2^31 bytes and holds none.
        let bomb = altered(encode_wav(&[], 16_000), 40, &(1u32 << 31).to_le_bytes());
        assert!(matches!(decode_wav(&bomb), Err(WavError::Limit(LimitError::Duration { .. }))));
        let mut long = encode_wav(&[], 16_000);
        long.resize((64 << 20) + 1, 0);
        assert_eq!(decode_wav(&long), Err(WavError::Limit(LimitError::SoundFile)));
    }
}
