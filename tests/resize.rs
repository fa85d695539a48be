//! Resizing equals Pillow's, byte for byte: goldens of `python/resize_goldens.py`.

use triptych::io::image::decode;
use triptych::pixels::Pixels;
use triptych::pixels::resize::resize;

/// The source pictures of the goldens: noise with many pixels at 0 and 255.
fn source(width: u32, height: u32) -> Pixels {
    let value = |x: u32, y: u32, c: u32| {
        let hash = x.wrapping_mul(73_856_093) ^ y.wrapping_mul(19_349_663) ^ c.wrapping_mul(83_492_791);
        match hash.wrapping_mul(2_654_435_761) >> 24 {
            0..85 => 0,
            171.. => 255,
            middle => middle as u8,
        }
    };
    let rows = (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |c| value(x, y, c))));
    Pixels::new(width, height, rows.collect())
}

/// `64x48` as (64, 48).
fn size(text: &str) -> (u32, u32) {
    let (width, height) = text.split_once('x').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

#[test]
fn every_golden_is_reproduced() {
    let mut compared = 0;
    for entry in std::fs::read_dir("tests/goldens/resize").unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (from, to) = stem.split_once("_to_").unwrap();
        let ((from_width, from_height), (width, height)) = (size(from), size(to));
        let golden = decode(&std::fs::read(&path).unwrap()).unwrap().pixels;
        let ours = resize(&source(from_width, from_height), width, height);
        assert_eq!((ours.width, ours.height), (golden.width, golden.height), "{stem}");
        let differing = ours.rgb.iter().zip(&golden.rgb).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 0, "{stem}: {differing} of {} bytes differ", golden.rgb.len());
        compared += 1;
    }
    assert_eq!(compared, 10);
}
