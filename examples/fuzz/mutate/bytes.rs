//! Changes of bytes that nothing is known of: truncation, flipped bits, offsets and lengths at their bounds.

use std::ops::Range;

use triptych::world::Rng;

use super::few;

/// Integers at the bounds of their types, and where products of two wrap.
const EXTREMES: [u64; 16] = [
    0,
    1,
    2,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x1_0000,
    100_000_000,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    1 << 53,
    1 << 62,
    i64::MAX as u64,
    u64::MAX,
];
const FLOATS: [f32; 6] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -0.0, 1e-45];

pub(crate) fn mutate(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    for _ in 0..few(rng) {
        change(rng, &mut bytes);
    }
    bytes
}

fn change(rng: &mut Rng, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        bytes.extend((0..rng.below(64)).map(|_| rng.below(256) as u8));
        return;
    }
    let at = place(rng, bytes.len());
    let part = at..(at + 1 + rng.below(longest(bytes.len() - at))).min(bytes.len());
    match rng.below(10) {
        0 => bytes.truncate(at),
        1 | 2 => bytes[at] ^= 1 << rng.below(8),
        3 => bytes[at] = rng.pick(&[0, 1, 0x7f, 0x80, 0xfe, 0xff]),
        4 => integer(rng, &mut bytes[at..]),
        5 => overwrite(&mut bytes[at..], &rng.pick(&FLOATS).to_le_bytes()),
        6 => {
            bytes.drain(part);
        }
        7 => {
            let copy = bytes[part].to_vec();
            bytes.splice(at..at, copy);
        }
        8 => {
            let noise: Vec<u8> = (0..1 + rng.below(16)).map(|_| rng.below(256) as u8).collect();
            bytes.splice(at..at, noise);
        }
        _ => copy_within(rng, bytes, part),
    }
}

/// Half of all changes come near the beginning, where headers are.
fn place(rng: &mut Rng, length: usize) -> usize {
    let within = if rng.one_in(2) { length.min(64) } else { length };
    rng.below(within)
}

/// Longest part that is taken away or doubled.
fn longest(left: usize) -> usize {
    left.clamp(1, 256)
}

/// An integer of 1, 2, 4 or 8 bytes at its bound, little-endian or big-endian.
fn integer(rng: &mut Rng, bytes: &mut [u8]) {
    let (value, width) = (rng.pick(&EXTREMES), rng.pick(&[1, 2, 4, 8]));
    match rng.one_in(2) {
        true => overwrite(bytes, &value.to_le_bytes()[..width]),
        false => overwrite(bytes, &value.to_be_bytes()[8 - width..]),
    }
}

fn overwrite(bytes: &mut [u8], new: &[u8]) {
    let count = new.len().min(bytes.len());
    bytes[..count].copy_from_slice(&new[..count]);
}

fn copy_within(rng: &mut Rng, bytes: &mut [u8], part: Range<usize>) {
    let to = rng.below(bytes.len() - part.len() + 1);
    bytes.copy_within(part, to);
}
