//! GIF (89a): a header, a table of colours, and blocks of which the first picture is the one that is read.

use super::{Cursor, End, PictureError, little_endian};

/// The trailer.
pub(super) const END: &[u8] = &[0x3b];

/// Size, and where the file ends; one that is cut in its first picture is refused.
pub(super) fn read(file: &[u8]) -> Result<(Option<[u32; 2]>, End), PictureError> {
    let cut = PictureError::Cut { bytes: file.len() };
    let mut cursor = Cursor::at(file, 6);
    let Some(screen) = cursor.take(7) else { return Err(cut) };
    let size = [&screen[..2], &screen[2..4]].map(little_endian);
    if colours(&mut cursor, screen[4]).is_none() {
        return Err(cut);
    }
    let mut has_picture = false;
    loop {
        let start = cursor.at;
        match cursor.byte() {
            Some(0x3b) if has_picture => return Ok((Some(size), End::There)),
            Some(0x21) if extension(&mut cursor).is_some() => {}
            Some(0x2c) if picture(&mut cursor).is_some() => has_picture = true,
            // A cut, or a block that is none: decoders stop there.
            _ if has_picture => return Ok((Some(size), End::Missing { whole: start })),
            _ => return Err(cut),
        }
    }
}

/// Passes over the table of colours that the flags announce.
fn colours(cursor: &mut Cursor, flags: u8) -> Option<()> {
    let count = if flags & 0x80 == 0 { 0 } else { 2 << (flags & 7) };
    cursor.take(3 * count).map(|_| ())
}

fn extension(cursor: &mut Cursor) -> Option<()> {
    cursor.byte()?;
    pieces(cursor)
}

fn picture(cursor: &mut Cursor) -> Option<()> {
    let flags = cursor.take(9)?[8];
    colours(cursor, flags)?;
    // Bits of the first code.
    cursor.byte()?;
    pieces(cursor)
}

/// Pieces of data with their lengths, up to the empty one.
fn pieces(cursor: &mut Cursor) -> Option<()> {
    loop {
        match cursor.byte()? {
            0 => return Some(()),
            length => cursor.take(length.into())?,
        };
    }
}
