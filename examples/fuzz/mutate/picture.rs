//! Changes of PNG files whose checksums stay right, so that decoders come to what was changed.

use triptych::world::Rng;

use super::{bytes, few};

pub(crate) const SIGNATURE: usize = 8;

pub(crate) fn mutate_png(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let mut chunks = chunks(content.get(SIGNATURE..).unwrap_or_default());
    if chunks.is_empty() {
        return bytes::mutate(rng, content);
    }
    for _ in 0..few(rng) {
        let (at, other) = (rng.below(chunks.len()), rng.below(chunks.len()));
        match rng.below(8) {
            0 if chunks.len() > 1 => {
                chunks.remove(at);
            }
            1 => chunks.insert(at, chunks[other].clone()),
            2 => chunks.swap(at, other),
            3 => {
                let kind = rng
                    .pick(&[*b"PLTE", *b"tRNS", *b"eXIf", *b"fcTL", *b"acTL", *b"iCCP", *b"zTXt", *b"IEND"]);
                chunks[at].0 = kind;
            }
            _ => chunks[at].1 = bytes::mutate(rng, &chunks[at].1),
        }
    }
    let mut png = content[..SIGNATURE].to_vec();
    for (kind, data) in &chunks {
        let body = [&kind[..], data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&body);
        png.extend(crc32fast::hash(&body).to_be_bytes());
    }
    png
}

/// Kind and data of each chunk.
pub(crate) fn chunks(mut rest: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut chunks = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, after)) = after.split_first_chunk::<4>() else { break };
        let Some(data) = after.get(..length) else { break };
        chunks.push((*kind, data.to_vec()));
        rest = after.get(length + 4..).unwrap_or_default();
    }
    chunks
}
