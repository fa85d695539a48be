//! Picture files: PNG, JPEG, WebP, GIF (first frame) and BMP to RGB bytes, and PNG out.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};

use super::catch_panic::contained;
use super::picture::{Format, Header, Picture, PictureError};
use crate::limits;
use crate::pixels::Pixels;

/// Bytes that a decoder may allocate.
const MAX_BYTES: u64 = 1 << 30;

/// Decodes a picture by what its bytes are, whatever its name: the EXIF orientation is applied, transparency is laid over
/// white, grey and palette become RGB, 16-bit samples keep their upper byte. Rows that a cut JPEG lacks are grey, 128; of
/// the row of blocks in which it is cut, the rest holds no picture.
///
/// # Errors
/// [`PictureError`]: what [`Header::read`] refuses, kinds of file that are not read here, and damage.
pub fn decode(file: &[u8]) -> Result<Picture, PictureError> {
    let header = Header::read(file)?;
    let format = match header.format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::WebP => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Bmp => ImageFormat::Bmp,
        foreign => return Err(PictureError::Foreign(foreign)),
    };
    let whole = header.whole_parts(file);
    let ended = || decoded(&header.ended(file), format);
    let pixels = match header.is_incomplete() && header.format == Format::Jpeg {
        // The decoder fills the rows that are missing with grey only where no end marker stands, and misses it in the
        // first scan of a progressive file.
        true => decoded(whole, format).or_else(|_| ended())?,
        false => ended()?,
    };
    Ok(Picture { pixels, is_incomplete: header.is_incomplete() })
}

/// Some damaged files make the decoders panic.
fn decoded(file: &[u8], format: ImageFormat) -> Result<Pixels, PictureError> {
    contained("image", || Ok::<_, String>(uncontained(file, format)))
        .unwrap_or_else(|reason| Err(PictureError::Broken(reason)))
}

fn uncontained(file: &[u8], format: ImageFormat) -> Result<Pixels, PictureError> {
    let broken = |error: image::ImageError| PictureError::Broken(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    limits::picture(width, height)?;
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
        assert_eq!(decode(&encode_png(&picture)).unwrap().pixels, picture);
        let grey = encode_grey_png(&[0, 7, 255], 3, 1);
        assert_eq!(decode(&grey).unwrap().pixels, Pixels::new(3, 1, vec![0, 0, 0, 7, 7, 7, 255, 255, 255]));
    }

    #[test]
    fn transparency_becomes_white_and_deep_samples_their_upper_byte() {
        assert_eq!(decode(&rgba_png()).unwrap().pixels.rgb, [255, 0, 0, 255, 255, 255]);
        let deep: Vec<u8> = [0x12ff_u16, 0x1300].iter().flat_map(|v| v.to_ne_bytes()).collect();
        let png = encode(&deep, 2, 1, ExtendedColorType::L16);
        assert_eq!(decode(&png).unwrap().pixels.rgb, [0x12, 0x12, 0x12, 0x13, 0x13, 0x13]);
    }

    #[test]
    fn the_exif_orientation_is_applied() {
        let mut png = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
        // A TIFF header and one entry: tag 0x0112, one SHORT, value 6 (turn clockwise).
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
        encoder.write_image(&[1, 2, 3, 4, 5, 6], 3, 2, ExtendedColorType::L8).unwrap();
        let turned = decode(&png).unwrap().pixels;
        assert_eq!((turned.width, turned.height), (2, 3));
        let grey: Vec<u8> = turned.rgb.chunks(3).map(|p| p[0]).collect();
        assert_eq!(grey, [4, 1, 5, 2, 6, 3]);
    }

    /// A gradient with noise, so that no two rows of blocks are equal.
    fn photo(width: u32, height: u32) -> Pixels {
        let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 26) as u8;
        let low = |i: u32| i.to_le_bytes()[0];
        let rgb = (0..width * height).flat_map(|i| [low(i % width), low(i / width), noise(i)]);
        Pixels::new(width, height, rgb.collect())
    }

    fn saved(picture: &Pixels, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let image = image::RgbImage::from_raw(picture.width, picture.height, picture.rgb.clone());
        image.unwrap().write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn a_jpeg_without_its_end_is_the_same_picture_and_marked() {
        let file = saved(&photo(120, 90), ImageFormat::Jpeg);
        let whole = decode(&file).unwrap();
        assert!(!whole.is_incomplete);
        for missing in [1, 2] {
            let cut = decode(&file[..file.len() - missing]).unwrap();
            assert!(cut.is_incomplete);
            assert_eq!(cut.pixels, whole.pixels);
        }
        assert!(!decode(&[&file[..], b"what else stands behind it"].concat()).unwrap().is_incomplete);
    }

    #[test]
    fn the_rows_that_a_cut_jpeg_lacks_are_grey() {
        let file = saved(&photo(120, 160), ImageFormat::Jpeg);
        let whole = decode(&file).unwrap().pixels;
        let cut = decode(&file[..file.len() / 2]).unwrap();
        assert!(cut.is_incomplete);
        let rows = || cut.pixels.rgb.chunks(360).zip(whole.rgb.chunks(360));
        let same = rows().take_while(|(cut, whole)| cut == whole).count();
        let grey = rows().filter(|(cut, _)| cut.iter().all(|&byte| byte == 128)).count();
        assert!(same > 30 && grey > 30, "{same} rows as they were, {grey} grey");
        // A row of blocks is 8 or 16 rows high, and its neighbours' colours are smoothed into it.
        assert!(same + grey >= 160 - 18, "{same} rows as they were, {grey} grey");
    }

    #[test]
    fn files_of_other_kinds_are_taken_where_only_their_end_is_missing() {
        let picture = photo(40, 30);
        for (format, end) in [(ImageFormat::Png, 12), (ImageFormat::Gif, 1)] {
            let file = saved(&picture, format);
            let whole = decode(&file).unwrap();
            let ended = decode(&file[..file.len() - end]).unwrap();
            assert!(ended.is_incomplete && !whole.is_incomplete, "{format:?}");
            assert_eq!(ended.pixels, whole.pixels, "{format:?}");
        }
        for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp] {
            let file = saved(&picture, format);
            for bytes in [file.len() / 2, file.len() - 14] {
                let error = decode(&file[..bytes]).unwrap_err().to_string();
                let told = [
                    format!("ends before its picture does, after {bytes} bytes"),
                    "cannot be decoded".into(),
                ];
                assert!(told.iter().any(|told| error.starts_with(told)), "{format:?}: {error}");
            }
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let said = |file: &[u8]| decode(file).unwrap_err().to_string();
        assert_eq!(said(b""), "is empty");
        assert_eq!(said(b"hello"), "is none of PNG, JPEG, WebP, GIF and BMP");
        assert_eq!(said(b"II*\0"), "is of the kind TIFF; PNG, JPEG, WebP, GIF and BMP are read");
        assert_eq!(said(&rgba_png()[..50]), "ends before its picture does, after 50 bytes");
        // A BMP header that promises 60,000 x 60,000 pixels.
        let mut bomb = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bomb.extend([60_000u32, 60_000].iter().flat_map(|v| v.to_le_bytes()));
        bomb.extend([1, 0, 24, 0]);
        bomb.extend([0; 24]);
        assert_eq!(said(&bomb), "has 60000 x 60000 pixels; at most 100000000 are decoded");
    }
}
