//! A sound file as a waveform: the browser decodes it, mixes its channels and resamples it.

use super::media::Media;
use super::{Recording, refusal};
use crate::js_error::js_error;
use crate::limits;
use crate::session::protocol::{Failure, is_silent};
use crate::ui::format;
use crate::ui::state::Shared;
use crate::world::sound::{SAMPLE_RATE, SAMPLES};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, Blob, OfflineAudioContext};

pub async fn file(name: &str, file: &Blob) -> Result<Recording, Failure> {
    let size = file.size() as u64;
    check_content(name, size)?;
    check_size(name, size)?;
    let unreadable = |error: JsValue| {
        let sentence = format!(
            "The file {name} could not be read as a sound. WAV, MP3, FLAC and whatever else this browser plays can."
        );
        refusal(sentence, js_error(&error))
    };
    let told = Media::open("audio", file).await.map_err(unreadable)?.element.duration();
    check_duration(name, size, told)?;
    whole(name, file).await.map_err(unreadable)
}

/// The sound track of a video that takes so many seconds; the error says in a sentence why there is none.
pub async fn track(name: &str, file: &Blob, seconds: f64) -> Result<Shared<Vec<f32>>, String> {
    let size = file.size() as u64;
    check_size(name, size)
        .and_then(|()| check_duration(name, size, seconds))
        .map_err(|failure| format!("{} The sound of this video is not read.", failure.sentence))?;
    match decoded(file).await {
        Ok((_, samples)) if !is_silent(&samples) => Ok(Shared::new(samples)),
        Ok(_) => Err("The sound of this video is silent in the two seconds that are read.".to_string()),
        Err(_) => Err("This video has no sound that this browser decodes.".to_string()),
    }
}

/// A sound with nothing to be seen.
pub async fn whole(name: &str, file: &Blob) -> Result<Recording, JsValue> {
    let (seconds, samples) = decoded(file).await?;
    let sound = Some(Shared::new(samples));
    Ok(Recording { name: name.to_string(), seconds, sound, frames: None, note: None })
}

pub fn check_content(name: &str, size: u64) -> Result<(), Failure> {
    match size {
        0 => Err(refusal(format!("The file {name} is empty."), String::new())),
        _ => Ok(()),
    }
}

fn check_size(name: &str, size: u64) -> Result<(), Failure> {
    limits::sound_file(size).map_err(|limit| {
        let most = format::megabytes(limits::MAX_SOUND_FILE);
        refusal(
            format!("The recording {name} is too large: at most {most} are read of a sound."),
            limit.to_string(),
        )
    })
}

/// Before it is decoded, which takes memory for all of it. Infinite where the file does not tell.
fn check_duration(name: &str, size: u64, seconds: f64) -> Result<(), Failure> {
    let checked = match seconds.is_finite() {
        true => limits::duration((seconds * f64::from(SAMPLE_RATE)) as u32, SAMPLE_RATE),
        false => limits::untimed_sound_file(size),
    };
    checked.map_err(|limit| {
        let most = format::duration(limits::MAX_SOUND_SECONDS.into());
        let sentence = match seconds.is_finite() {
            true => format!(
                "The recording {name} is too long: it takes {}, and at most {most} are decoded.",
                format::duration(seconds)
            ),
            false => format!(
                "The recording {name} does not tell how long it is, and is too large for the {most} that are decoded."
            ),
        };
        refusal(sentence, limit.to_string())
    })
}

/// The length of a recording in seconds, and its first two seconds in mono at 16 kHz.
async fn decoded(file: &Blob) -> Result<(f64, Vec<f32>), JsValue> {
    let bytes: ArrayBuffer = JsFuture::from(file.array_buffer()).await?.unchecked_into();
    let (count, rate) = (SAMPLES as u32, SAMPLE_RATE as f32);
    let context =
        OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, count, rate)?;
    let whole: AudioBuffer = JsFuture::from(context.decode_audio_data(&bytes)?).await?.unchecked_into();
    let source = context.create_buffer_source()?;
    source.set_buffer(Some(&whole));
    source.connect_with_audio_node(&context.destination())?;
    source.start_with_when(0.0)?;
    let heard: AudioBuffer = JsFuture::from(context.start_rendering()?).await?.unchecked_into();
    Ok((whole.duration(), heard.get_channel_data(0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_too_large_or_too_long_gets_its_sentence() {
        let size = |size| check_size("a.wav", size).map_err(|failure| failure.sentence);
        let empty = check_content("a.wav", 0).map_err(|failure| failure.sentence);
        assert_eq!(empty, Err("The file a.wav is empty.".into()));
        assert_eq!(
            size(65 << 20),
            Err("The recording a.wav is too large: at most 67.1 MB are read of a sound.".into())
        );
        assert_eq!(size(64 << 20), Ok(()));
        let long = |size, seconds| check_duration("a.wav", size, seconds).map_err(|failure| failure.sentence);
        assert_eq!(long(60 << 20, 600.0), Ok(()));
        let hours = "The recording a.wav is too long: it takes 120 min, and at most 10 min are decoded.";
        assert_eq!(long(60 << 20, 7200.0), Err(hours.into()));
        assert_eq!(long(60 << 20, 1e30).map_err(|told| told.contains("too long")), Err(true));
        assert_eq!(long(1 << 20, f64::INFINITY), Ok(()));
        assert!(long(60 << 20, f64::NAN).unwrap_err().contains("does not tell how long it is"));
    }
}
