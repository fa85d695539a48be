//! The backgrounds: calm, none of them a colour that an object can have.

use super::{PIXELS, Rgb, blend};
use crate::world::scene::Background;

/// 64 x 64 colours, row by row.
pub(super) fn paint(background: Background) -> Vec<Rgb> {
    let mut canvas = Vec::with_capacity(PIXELS * PIXELS);
    for y in 0..PIXELS {
        for x in 0..PIXELS {
            canvas.push(colour_at(background, x, y));
        }
    }
    canvas
}

fn colour_at(background: Background, x: usize, y: usize) -> Rgb {
    let last = (PIXELS - 1) as f32;
    let (down, across) = (y as f32 / last, x as f32 / last);
    match background {
        Background::Paper => [247.0, 244.0, 237.0],
        Background::Mist => blend([216.0, 228.0, 238.0], [247.0, 249.0, 250.0], down),
        Background::Sand => blend([236.0, 224.0, 204.0], [222.0, 206.0, 184.0], 0.5 * (down + across)),
        Background::Checks => match (x / 8 + y / 8) % 2 {
            0 => [238.0, 240.0, 241.0],
            _ => [227.0, 230.0, 233.0],
        },
        Background::Rules => match y % 8 {
            3 => [219.0, 224.0, 228.0],
            _ => [244.0, 245.0, 242.0],
        },
        Background::Slate => blend([94.0, 104.0, 116.0], [80.0, 89.0, 101.0], down),
        Background::Dusk => blend([46.0, 46.0, 70.0], [84.0, 72.0, 92.0], down),
        Background::Night => match (x % 8, y % 8) {
            (4, 4) => [66.0, 73.0, 92.0],
            _ => [42.0, 47.0, 63.0],
        },
    }
}
