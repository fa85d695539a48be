//! WebP: a RIFF file whose first chunk tells the size, as VP8 (RFC 6386), VP8L or VP8X.

use super::{Cursor, End, PictureError, little_endian};

/// Size; a file that is shorter than it says is refused.
pub(super) fn read(file: &[u8]) -> Result<(Option<[u32; 2]>, End), PictureError> {
    let cut = PictureError::Cut { bytes: file.len() };
    let mut cursor = Cursor::at(file, 4);
    match cursor.take(4) {
        Some(length) if little_endian(length) as usize <= file.len() - 8 => {}
        _ => return Err(cut),
    }
    let mut cursor = Cursor::at(file, 12);
    let (Some(kind), Some(_), Some(data)) = (cursor.take(4), cursor.take(4), cursor.take(10)) else {
        return Err(cut);
    };
    let size = match kind {
        // 14 bits each, after the tag of a key frame.
        b"VP8 " => Some([&data[6..8], &data[8..10]].map(|side| little_endian(side) & 0x3fff)),
        // 14 bits each, less one, after the signature.
        b"VP8L" => {
            let bits = little_endian(&data[1..5]);
            Some([1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)])
        }
        // 24 bits each, less one, after flags.
        b"VP8X" => Some([&data[4..7], &data[7..10]].map(|side| 1 + little_endian(side))),
        _ => None,
    };
    Ok((size, End::There))
}
