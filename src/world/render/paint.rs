//! The surface of an object: its colour, its texture and a thin outline.

use super::{Rgb, blend, ramp};
use crate::world::attributes::{Colour, Texture};
use crate::world::scene::Object;

/// Everything about an object's surface that does not change from pixel to pixel.
pub(super) struct Brush {
    pub radius: f32,
    texture: Texture,
    base: Rgb,
    /// Stripes are light and dots dark, so that the two stay apart where a small object has room for one of
    /// them.
    stripe: Rgb,
    dot: Rgb,
    outline: Rgb,
    /// Distance between neighbouring stripes or dots in pixels.
    period: f32,
}

const OUTLINE_WIDTH: f32 = 0.6;
const INK: Rgb = [20.0, 16.0, 36.0];

fn pigment(colour: Colour) -> Rgb {
    match colour {
        Colour::Red => [222.0, 40.0, 44.0],
        Colour::Orange => [245.0, 132.0, 24.0],
        Colour::Yellow => [250.0, 214.0, 40.0],
        Colour::Green => [44.0, 158.0, 72.0],
        Colour::Cyan => [48.0, 198.0, 214.0],
        Colour::Blue => [44.0, 92.0, 224.0],
        Colour::Purple => [144.0, 70.0, 198.0],
        Colour::Pink => [246.0, 128.0, 186.0],
    }
}

impl Brush {
    pub(super) fn new(object: &Object) -> Self {
        let base = pigment(object.colour);
        let radius = f32::from(object.size.radius()) / 4.0;
        Self {
            radius,
            texture: object.texture,
            base,
            stripe: blend(base, [255.0, 252.0, 244.0], 0.82),
            dot: blend(base, INK, 0.62),
            outline: blend(base, INK, 0.36),
            period: 1.9 + 0.28 * radius,
        }
    }

    /// The colour at a point relative to the centre, `distance` from the outline.
    pub(super) fn colour_at(&self, (x, y): (f32, f32), distance: f32) -> Rgb {
        let surface = match self.texture {
            Texture::Solid => self.base,
            Texture::Striped => blend(self.base, self.stripe, self.stripes(x, y)),
            Texture::Dotted => blend(self.base, self.dot, self.dots(x, y) * ramp(-distance - 0.4)),
        };
        blend(surface, self.outline, ramp(distance + OUTLINE_WIDTH))
    }

    /// Diagonal stripes, as wide as the gaps between them.
    fn stripes(&self, x: f32, y: f32) -> f32 {
        let across = (x + y) * std::f32::consts::FRAC_1_SQRT_2;
        ramp(self.period * 0.25 - to_nearest(across, self.period).abs())
    }

    /// Round dots on staggered rows.
    fn dots(&self, x: f32, y: f32) -> f32 {
        let row = (y / self.period + 0.5).floor();
        let stagger = if row % 2.0 == 0.0 { 0.0 } else { 0.5 * self.period };
        let (dx, dy) = (to_nearest(x + stagger, self.period), y - row * self.period);
        ramp(self.period * 0.28 - (dx * dx + dy * dy).sqrt())
    }
}

/// Signed distance to the nearest multiple of `period`.
fn to_nearest(v: f32, period: f32) -> f32 {
    v - (v / period + 0.5).floor() * period
}
