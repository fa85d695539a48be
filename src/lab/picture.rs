//! Pictures for small models: a scene at half its size, so that a browser without a graphics processor can train on it.

use crate::world::Picture;
use crate::world::render::PIXELS;

/// Side of a small model's picture in pixels.
pub const SIDE: usize = PIXELS / 2;

/// RGB bytes, row after row, each the mean of 2x2 pixels; `[SIDE, SIDE, 3]`.
pub fn small(picture: &Picture) -> Vec<u8> {
    let rgb = &picture.rgb;
    let at = |x: usize, y: usize, channel: usize| u32::from(rgb[(y * PIXELS + x) * 3 + channel]);
    let mut bytes = Vec::with_capacity(SIDE * SIDE * 3);
    for y in (0..PIXELS).step_by(2) {
        for x in (0..PIXELS).step_by(2) {
            for channel in 0..3 {
                let sum = at(x, y, channel)
                    + at(x + 1, y, channel)
                    + at(x, y + 1, channel)
                    + at(x + 1, y + 1, channel);
                bytes.push(((sum + 2) / 4) as u8);
            }
        }
    }
    bytes
}
