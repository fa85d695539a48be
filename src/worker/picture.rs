//! Picture files by the browser's own decoders.

use crate::io::picture::{Header, Picture, PictureError};
use crate::js_error::js_error;
use crate::pixels::Pixels;
use js_sys::{Array, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ColorSpaceConversion, DedicatedWorkerGlobalScope, ImageBitmap, ImageBitmapOptions, ImageData,
    ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d, PremultiplyAlpha,
};

/// Larger pictures are brought to so many pixels by the browser, whose filter is not ours: four bytes of each are held.
const MAX_PIXELS: f64 = 3.2e7;

/// Upright by EXIF, over white, and with the file's own numbers: a colour profile is left aside, as PIL leaves it. A file
/// without its end is given one, as `createImageBitmap` takes no other.
///
/// # Errors
/// [`PictureError`]: what [`Header::read`] refuses, and what this browser does not decode.
pub(crate) async fn decode(scope: &DedicatedWorkerGlobalScope, file: &[u8]) -> Result<Picture, PictureError> {
    let header = Header::read(file)?;
    let refused = |error: JsValue| match header.format.is_common() {
        true => PictureError::Broken(js_error(&error)),
        false => PictureError::Foreign(header.format),
    };
    let pixels = decoded(scope, &header.ended(file)).await.map_err(refused)?;
    Ok(Picture { pixels, is_incomplete: header.is_incomplete() })
}

async fn decoded(scope: &DedicatedWorkerGlobalScope, file: &[u8]) -> Result<Pixels, JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(file)))?;
    let options = ImageBitmapOptions::new();
    options.set_color_space_conversion(ColorSpaceConversion::None);
    options.set_premultiply_alpha(PremultiplyAlpha::None);
    let bitmap = scope.create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)?;
    let bitmap: ImageBitmap = JsFuture::from(bitmap).await?.unchecked_into();
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (MAX_PIXELS / (width * height)).sqrt().min(1.0);
    let [width, height] = [width, height].map(|side| (side * scale).max(1.0) as u32);
    let (_, context) = canvas(width, height)?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width.into(), height.into())?;
    bitmap.close();
    let rgba = context.get_image_data(0.0, 0.0, width.into(), height.into())?.data().0;
    Ok(Pixels::over_white(width, height, &rgba))
}

/// A JPEG file.
pub(crate) async fn encode(picture: &Pixels) -> Result<Vec<u8>, JsValue> {
    let (canvas, context) = canvas(picture.width, picture.height)?;
    let rgba: Vec<u8> = picture.rgb.chunks(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
    // Bytes of their own: a view of this program's memory is lost when the memory grows.
    let rgba = Uint8ClampedArray::from(rgba.as_slice());
    let data = ImageData::new_with_js_u8_clamped_array_and_sh(&rgba, picture.width, picture.height)?;
    context.put_image_data(&data, 0.0, 0.0)?;
    let options = ImageEncodeOptions::new();
    options.set_type("image/jpeg");
    options.set_quality(0.85);
    let blob: Blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?.unchecked_into();
    Ok(Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec())
}

fn canvas(width: u32, height: u32) -> Result<(OffscreenCanvas, OffscreenCanvasRenderingContext2d), JsValue> {
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or("no 2D context")?;
    Ok((canvas, context.unchecked_into()))
}
