//! A still from the visitor's camera.

use super::icon::{Glyph, Icon};
use crate::js_error::js_error;
use crate::session::protocol::{Failure, Lane, Recovery};
use crate::ui::context::AppContext;
use crate::ui::upload;
use js_sys::Array;
use leptos::html::{Dialog, Video};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlVideoElement, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

const NO_STILL: &str = "The camera gave no picture.";

/// The button, and the window with the camera's picture that it opens.
#[component]
pub fn Camera() -> impl IntoView {
    let app = AppContext::here();
    let (dialog, video) = (NodeRef::<Dialog>::new(), NodeRef::<Video>::new());
    let stream = StoredValue::new_local(None::<MediaStream>);
    let end = move || {
        if let Some(stream) = stream.try_update_value(Option::take).flatten() {
            stop(&stream);
        }
    };
    on_cleanup(end);
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let open = move |_| {
        spawn_local(async move {
            let wish = MediaStreamConstraints::new();
            wish.set_video(&JsValue::TRUE);
            match self::stream(&wish).await {
                Ok(opened) => {
                    // A second press opens a second stream.
                    end();
                    let place = dialog.try_get_untracked().flatten().zip(video.try_get_untracked().flatten());
                    // The room was left before the visitor had allowed it.
                    let Some((dialog, video)) = place else { return stop(&opened) };
                    video.set_src_object(Some(&opened));
                    stream.set_value(Some(opened));
                    // A window that is open already stays so.
                    let _ = dialog.show_modal();
                }
                Err(error) => {
                    refuse(app, "No camera could be opened: none is there, or it is not allowed.", &error)
                }
            }
        });
    };
    let take = move |_| {
        let Some(video) = video.get_untracked() else { return };
        if let Err(error) = still(app, &video) {
            refuse(app, NO_STILL, &error);
        }
        close();
    };
    view! {
        <button type="button" class="button" on:click=open><Glyph icon=Icon::Camera />"Camera"</button>
        <dialog node_ref=dialog class="camera" aria-label="Camera" on:close=move |_| end()>
            <video node_ref=video autoplay playsinline muted></video>
            <div class="row">
                <button type="button" class="button" on:click=take>"Take photo"</button>
                <button type="button" class="button" on:click=move |_| close()>"Close"</button>
            </div>
        </dialog>
    }
}

/// Ends what a camera or a microphone gives.
pub fn stop(stream: &MediaStream) {
    stream.get_tracks().iter().for_each(|track| track.unchecked_into::<MediaStreamTrack>().stop());
}

fn refuse(app: AppContext, sentence: &str, error: &JsValue) {
    let (sentence, detail) = (sentence.into(), js_error(error));
    app.refuse(Lane::Open, Failure { sentence, detail, recovery: Recovery::ChangeInput });
}

/// Opens the camera, the microphone or both.
pub async fn stream(wish: &MediaStreamConstraints) -> Result<MediaStream, JsValue> {
    let stream = window().navigator().media_devices()?.get_user_media_with_constraints(wish)?;
    Ok(JsFuture::from(stream).await?.unchecked_into())
}

/// Hands the frame that is shown over as a picture file.
fn still(app: AppContext, video: &HtmlVideoElement) -> Result<(), JsValue> {
    if video.video_width() == 0 {
        return Err("no frame has come yet".into());
    }
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(video.video_width());
    canvas.set_height(video.video_height());
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no 2D context")?.unchecked_into();
    context.draw_image_with_html_video_element(video, 0.0, 0.0)?;
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        let file = blob.and_then(|blob| File::new_with_blob_sequence(&Array::of1(&blob), "camera.png").ok());
        match file {
            Some(file) => upload::take(app, file),
            None => refuse(app, NO_STILL, &JsValue::NULL),
        }
    });
    canvas.to_blob(done.unchecked_ref())
}
