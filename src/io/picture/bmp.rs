//! BMP: a header of 14 bytes and one that begins with its own length.

use super::little_endian;

/// Whether the two letters, with which texts begin too, are followed by one of the lengths that the second header may have.
pub(super) fn begins(file: &[u8]) -> bool {
    let length = file.get(14..18).map(little_endian);
    file.starts_with(b"BM") && matches!(length, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// The size in a header of 12 bytes, or in a longer one, where a negative height means rows from top to bottom.
pub(super) fn size(file: &[u8]) -> Option<[u32; 2]> {
    match little_endian(file.get(14..18)?) {
        12 => Some([file.get(18..20)?, file.get(20..22)?].map(little_endian)),
        _ => {
            let [width, height] = [file.get(18..22)?, file.get(22..26)?].map(little_endian);
            Some([width, (height as i32).unsigned_abs()])
        }
    }
}
