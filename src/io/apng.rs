//! Moving pictures out: APNG, which is lossless, and whose first frame is what readers of PNG see.

use png::{BitDepth, ColorType, Encoder, EncodingError};

use crate::pixels::Pixels;

/// An animation of frames, all of one size, that begins anew when it ends.
///
/// # Panics
/// If there is no frame, or one of another size.
pub fn encode_apng(frames: &[Pixels], frames_per_second: u16) -> Vec<u8> {
    let first = frames.first().expect("an animation has a frame");
    assert!(frames.iter().all(|frame| (frame.width, frame.height) == (first.width, first.height)));
    let mut file = Vec::new();
    write(frames, first, frames_per_second, &mut file)
        .expect("the bytes fill the frames, and memory takes them");
    file
}

fn write(frames: &[Pixels], first: &Pixels, rate: u16, file: &mut Vec<u8>) -> Result<(), EncodingError> {
    let mut encoder = Encoder::new(file, first.width, first.height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_animated(u32::try_from(frames.len()).expect("few frames"), 0)?;
    encoder.set_frame_delay(1, rate)?;
    let mut writer = encoder.write_header()?;
    frames.iter().try_for_each(|frame| writer.write_image_data(&frame.rgb))?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;
    use image::codecs::png::PngDecoder;
    use std::io::Cursor;
    use std::time::Duration;

    #[test]
    fn frames_are_read_back_bit_by_bit() {
        let noise = |frame: u8| (0..5 * 3 * 3).map(move |i: u8| i.wrapping_mul(91) ^ frame.wrapping_mul(37));
        let frames: Vec<Pixels> = (0..4).map(|frame| Pixels::new(5, 3, noise(frame).collect())).collect();
        let file = encode_apng(&frames, 8);
        let decoder = PngDecoder::new(Cursor::new(&file)).unwrap().apng().unwrap();
        let read = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(read.len(), frames.len());
        for (read, frame) in read.into_iter().zip(&frames) {
            assert_eq!(Duration::from(read.delay()), Duration::from_millis(125));
            assert_eq!(image::DynamicImage::from(read.into_buffer()).into_rgb8().into_raw(), frame.rgb);
        }
        assert_eq!(crate::io::image::decode(&file).unwrap().pixels, frames[0]);
    }
}
