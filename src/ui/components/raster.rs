//! Pixels on a canvas.

use crate::session::protocol::Pixels;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use js_sys::Uint8ClampedArray;
use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, ImageData};

/// A picture for a canvas: rows of RGBA bytes.
#[derive(Debug, Clone, Default)]
pub struct Rgba {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

impl From<&Pixels> for Rgba {
    fn from(pixels: &Pixels) -> Self {
        let bytes = pixels.rgb.as_chunks().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
        Rgba { width: pixels.width, height: pixels.height, bytes }
    }
}

/// A canvas that shows a raster; its size on the page is the style sheet's business.
#[component]
pub fn Raster(
    #[prop(into)] rgba: Memo<Shared<Rgba>>,
    /// What it shows, for those who cannot see it; without, it is an ornament.
    #[prop(into, optional)]
    label: Option<Memo<String>>,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    // A browser that lost its graphics process clears every canvas and says when they can be drawn again.
    let restored = Trigger::new();
    Effect::new(move || {
        restored.track();
        if let Some(canvas) = canvas.get() {
            rgba.with(|rgba| draw(&canvas, rgba));
        }
    });
    view! {
        <canvas node_ref=canvas class="raster" width="1" height="1"
            on:contextrestored=move |_: web_sys::Event| restored.notify()
            role=label.map(|_| "img") aria-label=move || label.map(|label| label.get())
            aria-hidden=label.is_none().then_some("true") />
    }
}

fn draw(canvas: &web_sys::HtmlCanvasElement, rgba: &Rgba) {
    if rgba.bytes.is_empty() {
        return;
    }
    canvas.set_width(rgba.width);
    canvas.set_height(rgba.height);
    let context =
        canvas.get_context("2d").ok().flatten().expect("every browser with WebAssembly draws in 2D");
    let context: CanvasRenderingContext2d = context.unchecked_into();
    // Bytes of their own: a view of this program's memory is lost when the memory grows.
    let bytes = Uint8ClampedArray::from(rgba.bytes.as_slice());
    let data = ImageData::new_with_js_u8_clamped_array_and_sh(&bytes, rgba.width, rgba.height);
    context.put_image_data(&data.expect("the bytes fill the size"), 0.0, 0.0).expect("a plain canvas");
}
