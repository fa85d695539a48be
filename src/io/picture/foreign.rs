//! Files that are only told apart: by their first bytes, and by their size where that stands in a known place.

use super::{Format, big_endian};

/// How far in a text the element `svg` is looked for.
const SVG_WITHIN: usize = 1024;

pub(super) fn format(file: &[u8]) -> Option<Format> {
    let begins = |magic: &[u8]| file.starts_with(magic);
    match file {
        _ if begins(b"II*\0") || begins(b"MM\0*") => Some(Format::Tiff),
        _ if begins(b"\0\0\x01\0") => Some(Format::Ico),
        _ if begins(b"\xff\x0a") || begins(b"\0\0\0\x0cJXL ") => Some(Format::JpegXl),
        _ if file.get(4..8) == Some(b"ftyp") => iso_media(file),
        _ => {
            let text = file[..file.len().min(SVG_WITHIN)].trim_ascii_start();
            let is_svg = text.starts_with(b"<") && text.windows(4).any(|word| word == b"<svg");
            is_svg.then_some(Format::Svg)
        }
    }
}

/// By the brands of an ISO base media file: the major one, a version, and those that it is compatible with.
fn iso_media(file: &[u8]) -> Option<Format> {
    let length = big_endian(&file[..4]) as usize;
    let (brands, _) = file[8..length.clamp(8, file.len())].as_chunks::<4>();
    let has = |names: &[&[u8; 4]]| brands.iter().any(|brand| names.contains(&brand));
    if has(&[b"avif", b"avis"]) {
        return Some(Format::Avif);
    }
    has(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]).then_some(Format::Heic)
}

/// The largest size that a property `ispe` gives an item of an ISO base media file: the whole picture's.
pub(super) fn largest_item(file: &[u8]) -> Option<[u32; 2]> {
    let places = file.windows(4).enumerate().filter(|(_, name)| *name == b"ispe");
    let sizes = places.filter_map(|(at, _)| {
        // Name, version and flags, which are 0, width, height.
        let property = file.get(at + 4..at + 16).filter(|property| property.starts_with(&[0; 4]))?;
        Some([&property[4..8], &property[8..]].map(big_endian))
    });
    sizes.max_by_key(|[width, height]| u64::from(*width) * u64::from(*height))
}
