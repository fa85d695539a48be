//! WAV files of every coding that is read.

use std::io::Cursor;

use hound::{Sample, SampleFormat, WavSpec, WavWriter};
use triptych::io::wav::{decode_wav, encode_wav};
use triptych::limits;

use super::finite;
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "wav", share: 500, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let mono = encode_wav(&[0.0, 0.5, -0.5, 1.0, -1.0], 16_000);
    let integers = [8, 24, 32].map(|bits| wav(&[1, -2, 3, -4, 5, -6], 2, bits, SampleFormat::Int));
    let floats = wav(&[0.25f32, -0.5, 2.0], 3, 32, SampleFormat::Float);
    [mono, floats].into_iter().chain(integers).map(|file| Files::of([("a.wav", file)])).collect()
}

fn wav<S: Sample + Copy>(samples: &[S], channels: u16, bits: u16, sample_format: SampleFormat) -> Vec<u8> {
    let spec = WavSpec { channels, sample_rate: 44_100, bits_per_sample: bits, sample_format };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).expect("a coding of WAV files");
    for &sample in samples {
        writer.write_sample(sample).expect("memory takes it");
    }
    writer.finalize().expect("whole moments");
    file.into_inner()
}

fn run(files: &Files) -> Outcome {
    let (_, bytes) = files.only();
    let Ok((samples, rate)) = decode_wav(bytes) else { return Ok(Verdict::Refused) };
    limits::duration(samples.len() as u32, rate).map_err(|error| error.to_string())?;
    finite("samples", &samples)?;
    if samples.is_empty() {
        return Err("no samples were taken".to_string());
    }
    Ok(Verdict::Taken)
}
