//! JPEG (ITU-T T.81, annex B): markers `FF xx`, most of which begin a segment that tells its length; pixels follow the
//! segment SOS up to the next marker.

use super::{Cursor, End, PictureError, big_endian};

/// EOI.
pub(super) const END: &[u8] = &[0xff, 0xd9];

const SOS: u8 = 0xda;

/// Size, and where the file ends: pixels that are cut are still shown, so that only a file without any is refused.
pub(super) fn read(file: &[u8]) -> Result<(Option<[u32; 2]>, End), PictureError> {
    let mut cursor = Cursor::at(file, 2);
    let mut size = None;
    // Where the pixels of the first scan begin.
    let mut pixels = None;
    let whole = loop {
        let Some((start, marker)) = next_marker(&mut cursor, pixels.is_some()) else { break file.len() };
        if marker == END[1] {
            return match pixels {
                Some(_) => Ok((size, End::There)),
                None => Err(PictureError::Cut { bytes: file.len() }),
            };
        }
        let Some(segment) = segment(&mut cursor) else { break start };
        if let (true, None, [_, h1, h2, w1, w2, ..]) = (begins_frame(marker), size, segment) {
            size = Some([big_endian(&[*w1, *w2]), big_endian(&[*h1, *h2])]);
        }
        if marker == SOS {
            pixels.get_or_insert(cursor.at);
        }
    };
    match pixels {
        Some(pixels) if pixels < whole => Ok((size, End::Missing { whole })),
        _ => Err(PictureError::Cut { bytes: file.len() }),
    }
}

/// Where the next marker with a segment, or EOI, begins. Bytes between segments are passed over, as libjpeg does; among
/// pixels also codes that are reserved, which are damage and have no length.
fn next_marker(cursor: &mut Cursor, among_pixels: bool) -> Option<(usize, u8)> {
    loop {
        let start = cursor.at + cursor.file.get(cursor.at..)?.iter().position(|&byte| byte == 0xff)?;
        let code = start + cursor.file[start..].iter().position(|&byte| byte != 0xff)?;
        cursor.at = code + 1;
        match cursor.file[code] {
            // A byte FF of the pixels, TEM, RST0 to RST7, SOI: nothing follows.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            0x02..=0xbf if among_pixels => {}
            marker => return Some((start, marker)),
        }
    }
}

/// The content of a segment; none where it is cut.
fn segment<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = big_endian(cursor.take(2)?) as usize;
    cursor.take(length.saturating_sub(2))
}

/// SOF0 to SOF15; DHT, JPG and DAC lie among them.
fn begins_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}
