//! A video as the frames of a clip. The browser seeks in the file and decodes; the rest of it is not read.

use super::media::Media;
use super::{Recording, decode, refusal};
use crate::js_error::js_error;
use crate::limits::{self, LimitError, MAX_ASPECT};
use crate::session::protocol::{Failure, Pixels};
use crate::ui::state::Shared;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use crate::world::render::PIXELS;
use js_sys::Reflect;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlMediaElement, HtmlVideoElement};

pub async fn file(name: &str, file: &Blob) -> Result<Recording, Failure> {
    decode::check_content(name, file.size() as u64)?;
    let unreadable = |error: JsValue| {
        let sentence = format!(
            "The file {name} could not be read as a video. WebM, MP4 and whatever else this browser plays can."
        );
        refusal(sentence, js_error(&error))
    };
    let media = Media::open("video", file).await.map_err(unreadable)?;
    let video: &HtmlVideoElement = media.element.unchecked_ref();
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        let note = Some("This browser sees no picture in this file.".to_string());
        return decode::file(name, file).await.map(|sound| Recording { note, ..sound });
    }
    check_shape(name, width, height)?;
    let seconds = media.seconds().await.map_err(unreadable)?;
    check_length(name, seconds)?;
    let frames = frames(&media, seconds).await.map_err(unreadable)?;
    let (sound, note) = match decode::track(name, file, seconds).await {
        Ok(sound) => (Some(sound), None),
        Err(note) => (None, Some(note)),
    };
    Ok(Recording { name: name.to_string(), seconds, sound, frames: Some(Shared::new(frames)), note })
}

fn check_shape(name: &str, width: u32, height: u32) -> Result<(), Failure> {
    limits::picture(width, height).map_err(|limit| {
        let sentence = match limit {
            LimitError::Aspect { .. } => format!(
                "The video {name} is too long and narrow: {width} x {height} pixels. It may be at most {MAX_ASPECT} times as long as \
                 it is broad."
            ),
            _ => format!("The pictures of the video {name} are too large."),
        };
        refusal(sentence, limit.to_string())
    })
}

fn check_length(name: &str, seconds: f64) -> Result<(), Failure> {
    match seconds.is_finite() && seconds > 0.0 {
        true => Ok(()),
        false => Err(refusal(format!("The video {name} has no length."), format!("{seconds} s"))),
    }
}

/// The frames at the moments of a clip's, each the square in its middle; behind the end the last one again.
async fn frames(media: &Media, seconds: f64) -> Result<Vec<Pixels>, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(PIXELS as u32);
    canvas.set_height(PIXELS as u32);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no 2D context")?.unchecked_into();
    // The browser's own way to make a picture smaller by much.
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    let mut frames: Vec<Pixels> = Vec::with_capacity(FRAMES);
    for frame in 0..FRAMES {
        let moment = frame as f64 / f64::from(FRAMES_PER_SECOND);
        match frames.last() {
            Some(last) if moment >= seconds => frames.push(last.clone()),
            _ => {
                media.seek(moment).await?;
                frames.push(drawn(&context, media.element.unchecked_ref())?);
            }
        }
    }
    Ok(frames)
}

/// The frame that is there.
fn drawn(context: &CanvasRenderingContext2d, video: &HtmlVideoElement) -> Result<Pixels, JsValue> {
    if video.ready_state() < HtmlMediaElement::HAVE_CURRENT_DATA {
        return Err("no frame is at this moment".into());
    }
    let [width, height] = [video.video_width(), video.video_height()].map(f64::from);
    let side = width.min(height);
    let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
    let to = PIXELS as f64;
    context.clear_rect(0.0, 0.0, to, to);
    context.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        video, left, top, side, side, 0.0, 0.0, to, to,
    )?;
    let rgba = context.get_image_data(0.0, 0.0, to, to)?.data();
    Ok(Pixels::over_white(PIXELS as u32, PIXELS as u32, &rgba))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_narrow_or_has_no_length_gets_its_sentence() {
        let shape = |width, height| check_shape("a.mp4", width, height).map_err(|failure| failure.sentence);
        assert_eq!(shape(4096, 2160), Ok(()));
        assert_eq!(
            shape(1, 1000),
            Err("The video a.mp4 is too long and narrow: 1 x 1000 pixels. It may be at most 200 times as long as it is broad.".into())
        );
        assert!(shape(20_000, 20_000).unwrap_err().contains("too large"));
        let length = |seconds| check_length("a.mp4", seconds).map_err(|failure| failure.sentence);
        assert_eq!(length(7200.0), Ok(()));
        for none in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(length(none), Err("The video a.mp4 has no length.".into()));
        }
    }
}
