//! Two seconds of the visitor's microphone.

use super::{Recording, decode, refusal};
use crate::js_error::js_error;
use crate::session::protocol::Failure;
use crate::ui::components::camera::stop;
use js_sys::Promise;
use leptos::prelude::{set_timeout, window};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobEvent, MediaRecorder, MediaStream, MediaStreamConstraints, MediaTrackConstraints};

/// A little more than is heard: a microphone begins late.
const LENGTH: Duration = Duration::from_millis(2200);

pub async fn two_seconds() -> Result<Recording, Failure> {
    let refused =
        |sentence: &'static str| move |error: JsValue| refusal(sentence.to_string(), js_error(&error));
    let none = refused("No microphone could be opened: none is there, or it is not allowed.");
    let stream = microphone().await.map_err(none)?;
    let file = recorded(&stream).await;
    stop(&stream);
    let no_sound = refused("The microphone gave no sound.");
    decode::decoded("Your recording".to_string(), &file.map_err(no_sound)?).await.map_err(no_sound)
}

/// As it hears, without what makes speech easier to understand.
async fn microphone() -> Result<MediaStream, JsValue> {
    let (wish, track) = (MediaStreamConstraints::new(), MediaTrackConstraints::new());
    track.set_echo_cancellation(&JsValue::FALSE);
    track.set_noise_suppression(&JsValue::FALSE);
    track.set_auto_gain_control(&JsValue::FALSE);
    wish.set_audio(&track);
    let stream = window().navigator().media_devices()?.get_user_media_with_constraints(&wish)?;
    Ok(JsFuture::from(stream).await?.unchecked_into())
}

async fn recorded(stream: &MediaStream) -> Result<Blob, JsValue> {
    let recorder = MediaRecorder::new_with_media_stream(stream)?;
    let done = Promise::new(&mut |resolve, reject| {
        recorder.set_ondataavailable(Some(&resolve));
        recorder.set_onerror(Some(&reject));
    });
    recorder.start()?;
    // A microphone that is pulled out has ended it already.
    set_timeout(move || drop(recorder.stop()), LENGTH);
    let event: BlobEvent = JsFuture::from(done).await?.unchecked_into();
    event.data().ok_or_else(|| "no data".into())
}
