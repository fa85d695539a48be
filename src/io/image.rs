//! Picture files: PNG, JPEG, WebP, GIF (first frame) and BMP to RGB bytes, and PNG out.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, Limits};

use crate::limits::{self, LimitError};
use crate::pixels::Pixels;

/// Bytes that a decoder may allocate.
const MAX_BYTES: u64 = 1 << 30;

/// Why a picture could not be decoded; `file` is the name it was given.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("{file} is none of PNG, JPEG, WebP, GIF and BMP")]
    Unknown { file: String },
    #[error("{file} has {limit}")]
    Limit { file: String, limit: LimitError },
    #[error("{file} cannot be decoded: {reason}")]
    Broken { file: String, reason: String },
}

/// Decodes a picture by what its bytes are, whatever its name: the EXIF orientation is applied, transparency is laid over
/// white, grey and palette become RGB, 16-bit samples keep their upper byte.
pub fn decode(file: &str, bytes: &[u8]) -> Result<Pixels, ImageError> {
    let broken =
        |error: image::ImageError| ImageError::Broken { file: file.to_string(), reason: error.to_string() };
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().expect("memory is always readable");
    if reader.format().is_none() {
        return Err(ImageError::Unknown { file: file.to_string() });
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    limits::picture(width, height).map_err(|limit| ImageError::Limit { file: file.to_string(), limit })?;
    // Damaged metadata is no reason to refuse a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    Ok(pixels(image))
}

fn pixels(image: DynamicImage) -> Pixels {
    let (width, height) = (image.width(), image.height());
    let alpha = image.color().has_alpha();
    let deep = image.color().bytes_per_pixel() / image.color().channel_count() == 2;
    let upper =
        |samples: Vec<u16>| samples.into_iter().map(|sample| (sample >> 8) as u8).collect::<Vec<u8>>();
    match (alpha, deep) {
        (false, false) => Pixels::new(width, height, image.into_rgb8().into_raw()),
        (false, true) => Pixels::new(width, height, upper(image.into_rgb16().into_raw())),
        (true, false) => Pixels::over_white(width, height, &image.into_rgba8().into_raw()),
        (true, true) => Pixels::over_white(width, height, &upper(image.into_rgba16().into_raw())),
    }
}

/// A PNG of the picture.
pub fn encode_png(picture: &Pixels) -> Vec<u8> {
    encode(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8)
}

/// A PNG of one grey byte per pixel, for masks.
pub fn encode_grey_png(grey: &[u8], width: u32, height: u32) -> Vec<u8> {
    encode(grey, width, height, ExtendedColorType::L8)
}

fn encode(bytes: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder
        .write_image(bytes, width, height, colour)
        .expect("the bytes fill the picture, and memory takes them");
    png
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pixels, red and transparent green.
    fn rgba_png() -> Vec<u8> {
        encode(&[255, 0, 0, 255, 0, 255, 0, 0], 2, 1, ExtendedColorType::Rgba8)
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let picture = Pixels::new(2, 2, (0..12).map(|i| i * 20).collect());
        assert_eq!(decode("p", &encode_png(&picture)).unwrap(), picture);
        let grey = encode_grey_png(&[0, 7, 255], 3, 1);
        assert_eq!(decode("p", &grey).unwrap(), Pixels::new(3, 1, vec![0, 0, 0, 7, 7, 7, 255, 255, 255]));
    }

    #[test]
    fn transparency_becomes_white_and_deep_samples_their_upper_byte() {
        assert_eq!(decode("p", &rgba_png()).unwrap().rgb, [255, 0, 0, 255, 255, 255]);
        let deep: Vec<u8> = [0x12ff_u16, 0x1300].iter().flat_map(|v| v.to_ne_bytes()).collect();
        let png = encode(&deep, 2, 1, ExtendedColorType::L16);
        assert_eq!(decode("p", &png).unwrap().rgb, [0x12, 0x12, 0x12, 0x13, 0x13, 0x13]);
    }

    #[test]
    fn the_exif_orientation_is_applied() {
        let mut png = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
        // A TIFF header and one entry: tag 0x0112, one SHORT, value 6 (turn clockwise).
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
        encoder.write_image(&[1, 2, 3, 4, 5, 6], 3, 2, ExtendedColorType::L8).unwrap();
        let turned = decode("p", &png).unwrap();
        assert_eq!((turned.width, turned.height), (2, 3));
        let grey: Vec<u8> = turned.rgb.chunks(3).map(|p| p[0]).collect();
        assert_eq!(grey, [4, 1, 5, 2, 6, 3]);
    }

    #[test]
    fn errors_name_the_file_and_what_is_wrong() {
        assert_eq!(
            decode("a.txt", b"hello").unwrap_err().to_string(),
            "a.txt is none of PNG, JPEG, WebP, GIF and BMP"
        );
        let cut = &rgba_png()[..50];
        assert!(decode("cut.png", cut).unwrap_err().to_string().starts_with("cut.png cannot be decoded"));
        // A BMP header that promises 60,000 x 60,000 pixels.
        let mut bomb = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bomb.extend([60_000u32, 60_000].iter().flat_map(|v| v.to_le_bytes()));
        bomb.extend([1, 0, 24, 0]);
        bomb.extend([0; 24]);
        let message = decode("bomb.bmp", &bomb).unwrap_err().to_string();
        assert_eq!(message, "bomb.bmp has 60000 x 60000 pixels; at most 100000000 are decoded");
    }
}
