//! The visitor's own picture: dropped, pasted or chosen, decoded by the browser, never sent anywhere.

use super::lab::Lab;
use super::view::PictureName;
use std::cell::Cell;

use crate::session::protocol::{Command, Failure, Lane, Pixels, WayOn};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap};

/// Larger files are refused before they are decoded.
const MAX_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// The square's side that is handed to the engine at most; more tells a model of 64x64 nothing.
const MAX_SIDE: u32 = 1024;

/// Takes files that are dropped on the page or pasted into it, and shows what comes of them.
pub fn listen(lab: Lab) {
    let on_drag = window_event_listener(ev::dragover, |event| event.prevent_default());
    let on_drop = window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0))
        {
            take(lab, file);
        }
    });
    let on_paste = window_event_listener(ev::paste, move |event| {
        if let Some(file) =
            event.clipboard_data().and_then(|data| data.files()).and_then(|files| files.get(0))
        {
            take(lab, file);
        }
    });
    on_cleanup(move || [on_drag, on_drop, on_paste].into_iter().for_each(|listener| listener.remove()));
    Effect::new(move || {
        lab.resize.track();
        show(lab);
    });
}

/// Puts the picture on the stage once the engine has resized it.
fn show(lab: Lab) {
    let pixels =
        lab.resize.with_untracked(|asked| asked.is_settled().then(|| (*asked.value).clone()).flatten());
    if let Some(pixels) = pixels {
        lab.own.set(Some(pixels));
        if lab.view.with_untracked(|view| view.picture != PictureName::Own) {
            lab.go(|view| view.picture = PictureName::Own);
        }
    }
}

thread_local! {
    /// Counts the files that were taken.
    static NEWEST: Cell<u32> = const { Cell::new(0) };
}

/// Decodes a file and hands it to the engine, which brings it to the model's size.
pub fn take(lab: Lab, file: File) {
    if file.size() > MAX_BYTES {
        return lab.refuse(
            Lane::Resize,
            refusal("This file is larger than 64 MB. Choose a smaller picture.", String::new()),
        );
    }
    let turn = NEWEST.with(|newest| {
        newest.set(newest.get() + 1);
        newest.get()
    });
    spawn_local(async move {
        let decoded = decode(&file).await;
        // A large file may take longer than the one that was dropped after it.
        if NEWEST.with(Cell::get) != turn {
            return;
        }
        match decoded {
            Ok(picture) => {
                lab.ask(Command::Resize { picture });
                // The same picture again is at hand already and brings no event.
                show(lab);
            }
            Err(error) => lab.refuse(
                Lane::Resize,
                refusal(
                    "This file could not be read as a picture. PNG, JPEG, WebP, GIF and BMP can.",
                    format!("{}: {error:?}", file.name()),
                ),
            ),
        }
    });
}

fn refusal(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.into(), detail, way_on: WayOn::ChangeInput }
}

/// The middle square of a file's picture, over white where it is transparent.
async fn decode(file: &File) -> Result<Pixels, JsValue> {
    let bitmap = JsFuture::from(window().create_image_bitmap_with_blob(file)?).await?;
    let bitmap: ImageBitmap = bitmap.unchecked_into();
    let side = bitmap.width().min(bitmap.height());
    let (left, top) = ((bitmap.width() - side) / 2, (bitmap.height() - side) / 2);
    let size = side.min(MAX_SIDE);
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(size);
    canvas.set_height(size);
    let context = canvas.get_context("2d")?.ok_or("no 2D context")?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let [left, top, side, target] = [left, top, side, size].map(f64::from);
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, target, target);
    context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        &bitmap, left, top, side, side, 0.0, 0.0, target, target,
    )?;
    bitmap.close();
    let rgba = context.get_image_data(0.0, 0.0, target, target)?.data().0;
    let rgb = rgba.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    Ok(Pixels { width: size, height: size, rgb })
}
