#![expect(clippy::cast_possible_truncation, reason = "the files are small")]

use super::*;

/// A segment with its length.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// A JPEG's markers with `pixels` behind the first scan's header.
fn jpeg(pixels: &[u8]) -> Vec<u8> {
    let thumbnail = [b"Exif", &[0xff, 0xd8, 0xff, 0xd9][..]].concat();
    let frame = [8, 0, 30, 0, 40, 1, 1, 0x11, 0];
    let parts = [segment(0xe1, &thumbnail), segment(0xc0, &frame), segment(SOS, &[1, 1, 0, 0, 63, 0])];
    [&[0xff, 0xd8][..], &parts.concat(), pixels].concat()
}

const SOS: u8 = 0xda;

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let chunks = [chunk(b"IHDR", &[&size[..], &[8, 2, 0, 0, 0]].concat()), chunk(b"IDAT", b"pixels")];
    [png::SIGNATURE, &chunks.concat(), png::END].concat()
}

fn gif() -> Vec<u8> {
    let screen = [40, 0, 30, 0, 0x80, 0, 0, 0, 0, 0, 9, 9, 9];
    let extension = [0x21, 0xf9, 4, 0, 0, 0, 0, 0];
    let picture = [0x2c, 0, 0, 0, 0, 40, 0, 30, 0, 0, 2, 3, 1, 2, 3, 0];
    [b"GIF89a", &screen[..], &extension, &picture, &extension, &picture, gif::END].concat()
}

fn cut(file: &[u8]) -> Result<bool, PictureError> {
    Header::read(file).map(|header| header.is_incomplete())
}

#[test]
fn kinds_are_told_by_their_first_bytes() {
    let kinds: [(&[u8], Format); 12] = [
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"\xff\xd8\xff\xe0", Format::Jpeg),
        (b"RIFF\0\0\0\0WEBPVP8 ", Format::WebP),
        (b"GIF87a", Format::Gif),
        (b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", Format::Bmp),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1", Format::Heic),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Format::Avif),
        (b"\0\0\0\x0cJXL \r\n", Format::JpegXl),
        (b"MM\0*", Format::Tiff),
        (b"\0\0\x01\0\x01\0", Format::Ico),
        (b"  <?xml version='1.0'?><svg xmlns=''/>", Format::Svg),
        (b"II*\0", Format::Tiff),
    ];
    for (file, kind) in kinds {
        assert_eq!(format(file), Ok(kind));
    }
    assert_eq!(format(b""), Err(PictureError::Empty));
    for file in [
        &b"<html></html>"[..],
        b"BMW, Audi and other cars",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x14ftypisom\0\0\0\0isom",
        b"\0\0\0\xffftyp",
    ] {
        assert_eq!(format(file), Err(PictureError::Unknown));
    }
}

#[test]
fn a_jpeg_ends_with_its_marker_and_is_taken_without() {
    let pixels = [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4];
    let whole = [&jpeg(&pixels)[..], &[0xff, 0xd9], b"behind"].concat();
    let header = Header::read(&whole).unwrap();
    assert_eq!((header.size, header.is_incomplete()), (Some([40, 30]), false));
    assert_eq!(header.ended(&whole), whole);
    let file = jpeg(&pixels);
    let header = Header::read(&file).unwrap();
    assert!(header.is_incomplete());
    assert_eq!(header.ended(&file), [&file[..], &[0xff, 0xd9]].concat());
    // A marker that is cut is filled up: FF may stand many times.
    assert!(cut(&[&file[..], &[0xff]].concat()).unwrap());
    // Without any pixel there is no picture, whatever thumbnail stands in the header.
    for bytes in 2..jpeg(&[]).len() + 1 {
        assert_eq!(cut(&file[..bytes]), Err(PictureError::Cut { bytes }));
    }
    assert_eq!(cut(&[0xff, 0xd8, 0xff, 0xd9]), Err(PictureError::Cut { bytes: 4 }));
}

#[test]
fn of_a_jpeg_that_is_cut_in_a_segment_what_stands_before_is_whole() {
    let first = jpeg(&[1, 2, 3]);
    let second = segment(0xc4, &[0; 20]);
    for bytes in 1..second.len() {
        let file = [&first[..], &second[..bytes]].concat();
        let header = Header::read(&file).unwrap();
        let whole = if bytes == 1 { file.len() } else { first.len() };
        assert_eq!(header.whole_parts(&file), &file[..whole]);
        assert_eq!(header.ended(&file), [&file[..whole], &[0xff, 0xd9]].concat());
    }
}

#[test]
fn a_png_is_taken_where_its_pixels_are_whole() {
    let file = png(40, 30);
    assert_eq!(Header::read(&file).unwrap().size, Some([40, 30]));
    let pixels = file.len() - png::END.len();
    for bytes in pixels..file.len() {
        let header = Header::read(&file[..bytes]).unwrap();
        assert!(header.is_incomplete());
        assert_eq!(header.ended(&file[..bytes]), file);
    }
    for bytes in png::SIGNATURE.len()..pixels {
        assert_eq!(cut(&file[..bytes]), Err(PictureError::Cut { bytes }));
    }
    assert_eq!(cut(&file), Ok(false));
    let header = "has 1 x 60000 pixels; a picture may be at most 200 times as long as it is broad";
    assert_eq!(Header::read(&png(1, 60_000)).unwrap_err().to_string(), header);
    assert!(matches!(Header::read(&png(1 << 31, 1 << 31)), Err(PictureError::Limit(_))));
}

#[test]
fn a_gif_is_taken_where_its_first_picture_is_whole() {
    let file = gif();
    assert_eq!(Header::read(&file).unwrap().size, Some([40, 30]));
    let first = 6 + 13 + 8 + 16;
    for bytes in 6..file.len() {
        let told = if bytes < first { Err(PictureError::Cut { bytes }) } else { Ok(true) };
        assert_eq!(cut(&file[..bytes]), told, "{bytes} bytes");
    }
    assert_eq!(cut(&file), Ok(false));
    let header = Header::read(&file[..first + 3]).unwrap();
    assert_eq!(header.ended(&file[..first + 3]), [&file[..first], gif::END].concat());
}

#[test]
fn a_webp_is_taken_as_long_as_it_says() {
    let file = |kind: &[u8], data: &[u8]| {
        let chunk = [kind, &(data.len() as u32).to_le_bytes(), data].concat();
        [b"RIFF", &(chunk.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &chunk].concat()
    };
    let lossy = file(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 40, 0, 30, 0x40]);
    let bits = (39u32 | 29 << 14).to_le_bytes();
    let lossless = file(b"VP8L", &[&[0x2f], &bits[..], &[0; 5]].concat());
    let extended = file(b"VP8X", &[0, 0, 0, 0, 39, 0, 0, 29, 0, 0]);
    for file in [lossy, lossless, extended] {
        assert_eq!(Header::read(&file).unwrap().size, Some([40, 30]));
        for bytes in 12..file.len() {
            assert_eq!(cut(&file[..bytes]), Err(PictureError::Cut { bytes }));
        }
    }
}

#[test]
fn sizes_of_other_kinds_are_known_before_a_browser_decodes_them() {
    let property = |width: u32, height: u32| {
        [b"ispe", &[0; 4], &width.to_be_bytes()[..], &height.to_be_bytes()].concat()
    };
    let head = b"\0\0\0\x14ftypavif\0\0\0\0mif1";
    let file = [&head[..], &property(40, 30), &property(400, 300), b"ispe"].concat();
    assert_eq!(Header::read(&file).unwrap().size, Some([400, 300]));
    let error = Header::read(&[&head[..], &property(65_535, 65_535)].concat()).unwrap_err();
    assert!(error.to_string().contains("65535 x 65535 pixels"), "{error}");
    let bmp = |header: &[u8]| [&b"BM"[..], &[0; 12], header].concat();
    let rows = (-30i32).to_le_bytes();
    let long = [&40u32.to_le_bytes()[..], &40u32.to_le_bytes(), &rows].concat();
    for file in [bmp(&[12, 0, 0, 0, 40, 0, 30, 0]), bmp(&long)] {
        assert_eq!(Header::read(&file).unwrap().size, Some([40, 30]));
    }
}
