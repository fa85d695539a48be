//! Two seconds of the visitor's microphone, or of the camera with it.

use super::{Recording, decode, refusal, video};
use crate::js_error::js_error;
use crate::session::protocol::Failure;
use crate::ui::components::camera::{stop, stream};
use js_sys::Promise;
use leptos::prelude::set_timeout;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobEvent, MediaRecorder, MediaStream, MediaStreamConstraints, MediaTrackConstraints};

/// A little more than is heard and seen: a microphone begins late.
const LENGTH: Duration = Duration::from_millis(2200);

const NAME: &str = "Your recording";
const NO_SOUND: &str = "The microphone gave no sound.";
const NO_VIDEO: &str = "The camera gave no video.";

pub async fn sound() -> Result<Recording, Failure> {
    let refused = "No microphone could be opened: none is there, or it is not allowed.";
    let opened = stream(&microphone()).await.map_err(failure(refused))?;
    let file = recorded(&opened).await.map_err(failure(NO_SOUND))?;
    decode::whole(NAME, &file).await.map_err(failure(NO_SOUND))
}

/// With the sound of the microphone, where there is one that may be heard.
pub async fn video() -> Result<Recording, Failure> {
    let (both, alone) = (microphone(), MediaStreamConstraints::new());
    [&both, &alone].into_iter().for_each(|wish| wish.set_video(&JsValue::TRUE));
    let opened = match stream(&both).await {
        Ok(opened) => opened,
        Err(_) => {
            let refused = "No camera could be opened: none is there, or it is not allowed.";
            stream(&alone).await.map_err(failure(refused))?
        }
    };
    let file = recorded(&opened).await.map_err(failure(NO_VIDEO))?;
    video::file(NAME, &file).await.map_err(|failure| Failure { sentence: NO_VIDEO.into(), ..failure })
}

fn failure(sentence: &'static str) -> impl Fn(JsValue) -> Failure {
    move |error| refusal(sentence.to_string(), js_error(&error))
}

/// As it hears, without what makes speech easier to understand.
fn microphone() -> MediaStreamConstraints {
    let (wish, track) = (MediaStreamConstraints::new(), MediaTrackConstraints::new());
    track.set_echo_cancellation(&JsValue::FALSE);
    track.set_noise_suppression(&JsValue::FALSE);
    track.set_auto_gain_control(&JsValue::FALSE);
    wish.set_audio(&track);
    wish
}

/// What a stream gives before it is let go.
async fn recorded(stream: &MediaStream) -> Result<Blob, JsValue> {
    let file = begun(stream).await;
    stop(stream);
    file
}

async fn begun(stream: &MediaStream) -> Result<Blob, JsValue> {
    let recorder = MediaRecorder::new_with_media_stream(stream)?;
    let done = Promise::new(&mut |resolve, reject| {
        recorder.set_ondataavailable(Some(&resolve));
        recorder.set_onerror(Some(&reject));
    });
    recorder.start()?;
    // A device that is pulled out has ended it already.
    set_timeout(move || drop(recorder.stop()), LENGTH);
    let event: BlobEvent = JsFuture::from(done).await?.unchecked_into();
    event.data().ok_or_else(|| "no data".into())
}
