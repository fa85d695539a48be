//! A scene as a picture: 64x64 RGB and an exact visible mask for every object.
//!
//! Every pixel of an object comes from one signed distance (`shape`): coverage, outline and texture are
//! clamped ramps one pixel wide, so that edges are smooth without supersampling.

mod backdrop;
mod paint;
mod shape;

use super::scene::{Object, Scene};
use crate::rng::mix;

/// Side of the picture in pixels.
pub const PIXELS: usize = 64;

/// One step of [`Object::tilt`], in degrees.
pub const TILT_DEGREES: f32 = 5.0;

/// Cosine and sine of 0, 1 and 2 steps of tilt. A table, because libm differs between targets.
const ROTATIONS: [(f32, f32); 3] = [(1.0, 0.0), (0.996_194_7, 0.087_155_74), (0.984_807_7, 0.173_648_18)];

/// The grain adds at most this to every channel of a pixel, up or down.
const GRAIN: u64 = 3;

type Rgb = [f32; 3];

/// Where an object can be seen: bit x of `rows[y]` is pixel (x, y).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    pub rows: [u64; PIXELS],
}

impl Mask {
    pub fn contains(&self, x: usize, y: usize) -> bool {
        self.rows[y] >> x & 1 == 1
    }

    /// Number of pixels.
    pub fn area(&self) -> u32 {
        self.rows.iter().map(|row| row.count_ones()).sum()
    }

    /// Number of pixels in each cell of a `grid * grid` grid, row by row.
    pub fn coverage(&self, grid: usize) -> Vec<u32> {
        let side = PIXELS / grid;
        let covered = |cell: usize| {
            let (top, left) = (cell / grid * side, cell % grid * side);
            let within = (u64::MAX >> (64 - side)) << left;
            self.rows[top..top + side].iter().map(|row| (row & within).count_ones()).sum()
        };
        (0..grid * grid).map(covered).collect()
    }

    /// The cells of a `grid * grid` grid that lie in the mask: a quarter covered, or as much as any other. The pointing
    /// game (Zhang et al. 2016) is won by pointing at one of them.
    pub fn cells(&self, grid: usize) -> Vec<bool> {
        let (coverage, side) = (self.coverage(grid), PIXELS / grid);
        let most = coverage.iter().copied().max().unwrap_or(0).max(1);
        coverage.iter().map(|&count| 4 * count as usize >= side * side || count == most).collect()
    }
}

/// A rendered scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// 64 x 64 x 3 bytes, sRGB, row by row from the top left.
    pub rgb: Vec<u8>,
    /// The visible part of each object, in the order of `Scene::objects`. Disjoint.
    pub masks: Vec<Mask>,
}

/// Draws a scene. An object of which nothing is visible has an empty mask.
pub fn render(scene: &Scene) -> Picture {
    assert!(scene.objects.len() < usize::from(u8::MAX), "{} objects", scene.objects.len());
    let mut canvas = backdrop::paint(scene.background);
    let mut owner = [u8::MAX; PIXELS * PIXELS];
    for (index, object) in scene.objects.iter().enumerate() {
        draw(object, index as u8, &mut canvas, &mut owner);
    }
    let mut masks = vec![Mask { rows: [0; PIXELS] }; scene.objects.len()];
    for (pixel, &index) in owner.iter().enumerate() {
        if let Some(mask) = masks.get_mut(usize::from(index)) {
            mask.rows[pixel / PIXELS] |= 1 << (pixel % PIXELS);
        }
    }
    Picture { rgb: develop(&canvas, scene.noise), masks }
}

/// Blends one object over the canvas and claims the pixels that it covers by half or more.
fn draw(object: &Object, index: u8, canvas: &mut [Rgb], owner: &mut [u8]) {
    let brush = paint::Brush::new(object);
    let (cx, cy) = (f32::from(object.x) / 4.0, f32::from(object.y) / 4.0);
    let (cos, sin) = ROTATIONS[usize::from(object.tilt.unsigned_abs()).min(ROTATIONS.len() - 1)];
    let sin = if object.tilt < 0 { -sin } else { sin };
    let reach = brush.radius * shape::REACH + 1.0;
    for y in pixels(cy - reach, cy + reach) {
        for x in pixels(cx - reach, cx + reach) {
            let (dx, dy) = (x as f32 + 0.5 - cx, y as f32 + 0.5 - cy);
            let local = (cos * dx + sin * dy, cos * dy - sin * dx);
            let distance = shape::distance(object.shape, brush.radius, local);
            let coverage = ramp(-distance);
            if coverage <= 0.0 {
                continue;
            }
            let pixel = y * PIXELS + x;
            canvas[pixel] = blend(canvas[pixel], brush.colour_at(local, distance), coverage);
            if coverage >= 0.5 {
                owner[pixel] = index;
            }
        }
    }
}

/// The pixels that a span of the picture touches, cut at its borders.
fn pixels(from: f32, to: f32) -> std::ops::Range<usize> {
    let side = PIXELS as f32;
    from.floor().clamp(0.0, side) as usize..to.ceil().clamp(0.0, side) as usize
}

/// The share of a pixel that lies on the positive side of an edge at distance `d` from its centre.
fn ramp(d: f32) -> f32 {
    (d + 0.5).clamp(0.0, 1.0)
}

fn blend(under: Rgb, over: Rgb, share: f32) -> Rgb {
    [0, 1, 2].map(|c| under[c] + (over[c] - under[c]) * share)
}

/// Adds the grain and rounds to bytes.
fn develop(canvas: &[Rgb], noise: u16) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(canvas.len() * 3);
    for (block, colours) in canvas.chunks(8).enumerate() {
        let bits = mix(u64::from(noise) << 32 | block as u64);
        for (lane, colour) in colours.iter().enumerate() {
            let grain = (bits >> (8 * lane) & 0xff) % (2 * GRAIN + 1);
            let shift = grain as f32 - GRAIN as f32 + 0.5;
            rgb.extend(colour.map(|channel| (channel + shift) as u8));
        }
    }
    rgb
}

#[cfg(test)]
mod tests;
