//! Picture files of every kind that is read.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use triptych::io::image::decode;
use triptych::io::picture::Picture;
use triptych::limits;

use super::project;
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "picture", share: 500, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let opaque = DynamicImage::from(RgbImage::from_fn(21, 13, |x, y| {
        image::Rgb([(x * 11) as u8, (y * 17) as u8, 90])
    }));
    let clear =
        DynamicImage::from(RgbaImage::from_fn(9, 6, |x, y| Rgba([(x * 20) as u8, 7, 9, (y * 40) as u8])));
    let forms = [
        ("a.png", ImageFormat::Png, opaque.clone()),
        ("b.png", ImageFormat::Png, clear.clone()),
        ("c.png", ImageFormat::Png, DynamicImage::from(clear.to_rgba16())),
        ("d.png", ImageFormat::Png, DynamicImage::from(opaque.to_luma16())),
        ("a.jpg", ImageFormat::Jpeg, opaque.clone()),
        ("b.jpg", ImageFormat::Jpeg, DynamicImage::from(opaque.to_luma8())),
        ("a.webp", ImageFormat::WebP, clear.clone()),
        ("a.gif", ImageFormat::Gif, clear.clone()),
        ("a.bmp", ImageFormat::Bmp, opaque),
        ("b.bmp", ImageFormat::Bmp, clear),
    ];
    let encoded = forms.into_iter().map(|(name, format, picture)| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("a small picture can be encoded");
        Files::of([(name, bytes.into_inner())])
    });
    // What no encoder here writes: lossy and animated WebP, run-length BMP, interlaced palettes, orientation.
    let others =
        ["lossy.webp", "alpha.webp", "animated.webp", "run_length.bmp", "interlaced.png"].map(|name| {
            let bytes =
                std::fs::read(project("examples/fuzz/seeds").join(name)).expect("a seed beside the targets");
            Files::of([(name, bytes)])
        });
    encoded.chain(others).collect()
}

fn run(files: &Files) -> Outcome {
    let (_, bytes) = files.only();
    let Ok(Picture { pixels: picture, .. }) = decode(bytes) else { return Ok(Verdict::Refused) };
    if picture.rgb.len() as u64 != u64::from(picture.width) * u64::from(picture.height) * 3 {
        return Err(format!("{} x {} pixels in {} bytes", picture.width, picture.height, picture.rgb.len()));
    }
    limits::picture(picture.width, picture.height).map_err(|error| error.to_string())?;
    Ok(Verdict::Taken)
}
