//! Signed distances in pixels to the outline of each shape, negative inside.

use crate::world::attributes::Shape;

/// No shape reaches further from its centre than this many nominal radii.
pub(super) const REACH: f32 = 1.5;

type Point = (f32, f32);

/// The right half of each polygon in units of the radius, from its top to its bottom on the axis of symmetry;
/// y down.
const SQUARE: [Point; 4] = [(0.0, -0.86), (0.86, -0.86), (0.86, 0.86), (0.0, 0.86)];
const TRIANGLE: [Point; 3] = [(0.0, -1.19), (1.2, 0.89), (0.0, 0.89)];
const DIAMOND: [Point; 3] = [(0.0, -1.28), (1.0, 0.0), (0.0, 1.28)];
const CROSS: [Point; 7] =
    [(0.0, -1.05), (0.37, -1.05), (0.37, -0.37), (1.05, -0.37), (1.05, 0.37), (0.37, 0.37), (0.37, 1.05)];
/// Five points of radius 1.3 and inner corners of radius 0.59, lowered by 0.1.
const STAR: [Point; 6] =
    [(0.0, -1.2), (0.347, -0.377), (1.236, -0.302), (0.561, 0.282), (0.764, 1.152), (0.0, 0.69)];

/// Signed distance from `(x, y)`, relative to the centre, to the outline of a shape of nominal radius `r`.
pub(super) fn distance(shape: Shape, r: f32, (x, y): Point) -> f32 {
    match shape {
        Shape::Circle => length(x, y) - r,
        Shape::Ring => (length(x, y) - 0.75 * r).abs() - 0.29 * r,
        Shape::Heart => heart(r, x, y),
        Shape::Square => polygon(&SQUARE, r, x, y),
        Shape::Triangle => polygon(&TRIANGLE, r, x, y),
        Shape::Diamond => polygon(&DIAMOND, r, x, y),
        Shape::Cross => polygon(&CROSS, r, x, y),
        Shape::Star => polygon(&STAR, r, x, y),
    }
}

fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// Distance to a polygon symmetric about x = 0, given its right half: the nearest edge, and inside where a
/// ray to the right crosses the half an odd number of times.
fn polygon(half: &[Point], r: f32, x: f32, y: f32) -> f32 {
    let x = x.abs();
    let mut nearest = f32::MAX;
    let mut inside = false;
    for edge in half.windows(2) {
        let ((ax, ay), (bx, by)) = ((edge[0].0 * r, edge[0].1 * r), (edge[1].0 * r, edge[1].1 * r));
        let (ex, ey) = (bx - ax, by - ay);
        let (px, py) = (x - ax, y - ay);
        let along = ((px * ex + py * ey) / (ex * ex + ey * ey)).clamp(0.0, 1.0);
        let (qx, qy) = (px - ex * along, py - ey * along);
        nearest = nearest.min(qx * qx + qy * qy);
        if (ay > y) != (by > y) && px * ey.abs() < ex * py * ey.signum() {
            inside = !inside;
        }
    }
    if inside { -nearest.sqrt() } else { nearest.sqrt() }
}

/// A quarter-turned unit square, its tip at the origin, with a half disc on each upper side. In its own frame
/// (y up) the discs are centred at (+-1/4, 3/4) with radius sqrt(1/8), and the heart spans y from 0 to about
/// 1.1.
fn heart(r: f32, x: f32, y: f32) -> f32 {
    let scale = 1.95 * r;
    let (x, y) = (x.abs() / scale, 0.56 - y / scale);
    if x + y > 1.0 {
        return (length(x - 0.25, y - 0.75) - 0.353_553_4) * scale;
    }
    let notch = length(x, y - 1.0);
    let side = 0.5 * (x + y).max(0.0);
    let edge = length(x - side, y - side);
    let nearest = notch.min(edge) * scale;
    if x > y { nearest } else { -nearest }
}
