//! PNG (ISO/IEC 15948): a signature and chunks of length, type, data and checksum.

use super::{Cursor, End, PictureError, big_endian};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// IEND with its checksum.
pub(super) const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Size, and where the file ends; one that is cut among its pixels is refused.
pub(super) fn read(file: &[u8]) -> Result<(Option<[u32; 2]>, End), PictureError> {
    let mut cursor = Cursor::at(file, SIGNATURE.len());
    let (mut size, mut has_pixels) = (None, false);
    loop {
        let start = cursor.at;
        match chunk(&mut cursor) {
            Chunk::Whole(b"IEND", _) => return Ok((size, End::There)),
            Chunk::Whole(b"IHDR", [w1, w2, w3, w4, h1, h2, h3, h4, ..]) => {
                size = Some([[w1, w2, w3, w4], [h1, h2, h3, h4]].map(|side| big_endian(&side.map(|&b| b))));
            }
            Chunk::Whole(kind, _) => has_pixels |= kind == b"IDAT",
            Chunk::Cut(kind) if has_pixels && kind != Some(b"IDAT") => {
                return Ok((size, End::Missing { whole: start }));
            }
            Chunk::Cut(_) => return Err(PictureError::Cut { bytes: file.len() }),
        }
    }
}

enum Chunk<'a> {
    /// Type and data.
    Whole(&'a [u8], &'a [u8]),
    /// The type, if that is there.
    Cut(Option<&'a [u8]>),
}

fn chunk<'a>(cursor: &mut Cursor<'a>) -> Chunk<'a> {
    let (Some(length), Some(kind)) = (cursor.take(4), cursor.take(4)) else { return Chunk::Cut(None) };
    let data = cursor.take(big_endian(length) as usize);
    match (data, cursor.take(4)) {
        (Some(data), Some(_)) => Chunk::Whole(kind, data),
        _ => Chunk::Cut(Some(kind)),
    }
}
