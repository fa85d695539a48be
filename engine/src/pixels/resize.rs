//! Resizing by antialiased convolution in fixed point, bit for bit what `Image.resize` of Pillow 13 makes of an 8-bit
//! RGB picture (checked against goldens of `python/resize_goldens.py`).

use std::f64::consts::PI;
use std::ops::Range;

use super::Pixels;
use crate::dispatch::dispatched;

/// Fraction bits of a coefficient: 32 less 8 of the pixel, less 2 for sums beyond `[0, 1]`.
const FRACTION_BITS: u32 = 22;

/// How the pixels of the source are weighed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filter {
    /// The pixel under the centre, unweighed.
    Nearest,
    /// A window of one pixel.
    Box,
    /// A triangle.
    Bilinear,
    /// A cosine window over a sinc, one pixel wide.
    Hamming,
    /// Cubic convolution (Keys 1981) with a = -0.5.
    Bicubic,
    /// A sinc over a sinc, three pixels wide (Duchon 1979).
    Lanczos,
}

impl Filter {
    /// Distance beyond which the weight is zero, in pixels of the coarser picture.
    fn support(self) -> f64 {
        match self {
            Filter::Nearest | Filter::Box => 0.5,
            Filter::Bilinear | Filter::Hamming => 1.0,
            Filter::Bicubic => 2.0,
            Filter::Lanczos => 3.0,
        }
    }

    fn weight(self, x: f64) -> f64 {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) };
        match self {
            Filter::Nearest | Filter::Box => f64::from(x > -0.5 && x <= 0.5),
            Filter::Bilinear => (1.0 - x.abs()).max(0.0),
            Filter::Hamming if x.abs() >= 1.0 => 0.0,
            Filter::Hamming => sinc(x) * (0.54 + 0.46 * (x * PI).cos()),
            Filter::Bicubic => bicubic(x),
            Filter::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
            Filter::Lanczos => 0.0,
        }
    }
}

/// As [`resize_by`], bicubic.
pub fn resize(picture: &Pixels, width: u32, height: u32) -> Pixels {
    resize_by(picture, width, height, Filter::Bicubic)
}

/// The picture at `width` x `height`, proportions free. The axes are resized one after the other, with rounding to 8 bits
/// between: rows first, unless the height loses more than twice as many pixels as the width. That is the order of
/// Pillow 13; older releases always begin with the rows.
pub fn resize_by(picture: &Pixels, width: u32, height: u32, filter: Filter) -> Pixels {
    resize_part(picture, [width, height], [0..width, 0..height], filter)
}

/// Some columns and rows of what [`resize_by`] makes; nothing else of it is computed. Panics where they are none, or lie
/// outside.
pub fn resize_part(
    picture: &Pixels,
    [width, height]: [u32; 2],
    [columns, rows]: [Range<u32>; 2],
    filter: Filter,
) -> Pixels {
    assert!(columns.end <= width && rows.end <= height, "{columns:?}, {rows:?} of {width} x {height}");
    assert!(!columns.is_empty() && !rows.is_empty() && !picture.rgb.is_empty(), "at least one pixel");
    let loss = |from: u32, to: u32| i64::from(from) - i64::from(to);
    let (across, down) = (loss(picture.width, width), loss(picture.height, height));
    let across_taps = taps(picture.width as usize, width as usize, filter, columns);
    let mut down_taps = taps(picture.height as usize, height as usize, filter, rows);
    let row = picture.width as usize * 3;
    let (columns, rows) = (across_taps.len(), down_taps.len());
    let rgb = if down > 0 && down > 2 * across {
        let tall = resize_columns(&picture.rgb, row, &down_taps);
        resize_rows(&tall, row / 3, &across_taps)
    } else {
        let read = span(&down_taps);
        down_taps
            .iter_mut()
            .for_each(|tap| tap.range = tap.range.start - read.start..tap.range.end - read.start);
        let wide = resize_rows(&picture.rgb[read.start * row..read.end * row], row / 3, &across_taps);
        resize_columns(&wide, columns * 3, &down_taps)
    };
    Pixels::new(columns as u32, rows as u32, rgb)
}

/// What taps read, from the first pixel to the last.
fn span(taps: &[Taps]) -> Range<usize> {
    let start = taps.iter().map(|tap| tap.range.start).min().unwrap_or(0);
    start..taps.iter().map(|tap| tap.range.end).max().unwrap_or(start)
}

/// A picture of any proportions as `side` x `side`: its middle square, resized. What lies left and right of it (above
/// and below in a tall picture) is not seen.
pub fn resize_square(picture: &Pixels, side: u32) -> Pixels {
    resize(&picture.centre_square(), side, side)
}

/// The source pixels of one output pixel and their weights in units of `2^-FRACTION_BITS`.
struct Taps {
    range: Range<usize>,
    weights: Vec<i32>,
}

/// Cubic convolution kernel (Keys 1981) with a = -0.5, zero beyond 2.
fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// Taps of some of the `to` output pixels along one axis. Shrinking widens the kernel by the ratio, which antialiases; an axis
/// that keeps its length keeps its pixels.
fn taps(from: usize, to: usize, filter: Filter, some: Range<u32>) -> Vec<Taps> {
    let ratio = from as f64 / to as f64;
    let some = some.start as usize..some.end as usize;
    if filter == Filter::Nearest || from == to {
        let under = |i: usize| (((i as f64 + 0.5) * ratio) as usize).min(from - 1);
        let one = |i: usize| Taps { range: under(i)..under(i) + 1, weights: vec![1 << FRACTION_BITS] };
        return some.map(one).collect();
    }
    let stretch = ratio.max(1.0);
    let (support, density) = (filter.support() * stretch, 1.0 / stretch);
    let one = |i: usize| {
        let centre = (i as f64 + 0.5) * ratio;
        // Float to integer casts saturate at 0.
        let range = (centre - support + 0.5) as usize..((centre + support + 0.5) as usize).min(from);
        let weights: Vec<f64> =
            range.clone().map(|j| filter.weight((j as f64 - centre + 0.5) * density)).collect();
        let sum: f64 = weights.iter().sum();
        let fixed = |w: &f64| {
            let scaled = w / sum * f64::from(1 << FRACTION_BITS);
            (scaled + f64::copysign(0.5, scaled)) as i32
        };
        Taps { range, weights: weights.iter().map(fixed).collect() }
    };
    some.map(one).collect()
}

/// Rounds a weighted sum, whose start value is one half, to a byte.
#[inline(always)]
fn to_byte(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

const HALF: i32 = 1 << (FRACTION_BITS - 1);

fn resize_rows(rgb: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rgb.len() / width * taps.len());
    for row in rgb.chunks_exact(width * 3) {
        for tap in taps {
            let mut sums = [HALF; 3];
            for (pixel, weight) in row[tap.range.start * 3..].chunks_exact(3).zip(&tap.weights) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*value) * weight;
                }
            }
            out.extend(sums.map(to_byte));
        }
    }
    out
}

dispatched! {
    /// `row` is the number of bytes in a row.
    fn resize_columns(rgb: &[u8], row: usize, taps: &[Taps]) -> Vec<u8> {
        let mut out = Vec::with_capacity(row * taps.len());
        let mut sums = vec![0i32; row];
        for tap in taps {
            sums.fill(HALF);
            for (line, weight) in rgb[tap.range.start * row..].chunks_exact(row).zip(&tap.weights) {
                for (sum, value) in sums.iter_mut().zip(line) {
                    *sum += i32::from(*value) * weight;
                }
            }
            out.extend(sums.iter().map(|sum| to_byte(*sum)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_the_right_size_passes_unchanged() {
        let picture = Pixels::new(2, 1, vec![1, 2, 3, 250, 251, 252]);
        assert_eq!(resize(&picture, 2, 1), picture);
    }

    #[test]
    fn one_colour_stays_one_colour() {
        let picture = Pixels::new(37, 5, [9, 128, 255].repeat(37 * 5));
        for (width, height) in [(1, 1), (64, 64), (3, 11)] {
            let same = Pixels::new(width, height, [9, 128, 255].repeat((width * height) as usize));
            assert_eq!(resize(&picture, width, height), same);
        }
    }

    #[test]
    fn doubling_an_edge_weighs_by_the_kernel() {
        // The kernel is 0.8671875 at 0.25 and 0.2265625 at 0.75; beyond the edge nothing is weighed:
        // 255 * 0.2265625 / 1.09375 = 52.8. At 1.25 it is negative, so the outer pixels are clipped.
        let edge = Pixels::new(2, 1, vec![0, 0, 0, 255, 255, 255]);
        let grey: Vec<u8> = resize(&edge, 4, 1).rgb.chunks(3).map(|p| p[0]).collect();
        assert_eq!(grey, [0, 53, 202, 255]);
    }

    #[test]
    fn a_part_is_what_the_whole_has_there() {
        let picture = Pixels::new(13, 31, (0..13 * 31 * 3).map(|i| (i * 89 % 251) as u8).collect());
        for filter in [Filter::Nearest, Filter::Box, Filter::Bicubic, Filter::Lanczos] {
            for (width, height) in [(13, 31), (40, 9), (5, 70), (13, 8), (29, 31), (4, 4)] {
                let whole = resize_by(&picture, width, height, filter);
                let (columns, rows) = (width / 4..width - 1, height / 3..height);
                let part = resize_part(&picture, [width, height], [columns.clone(), rows.clone()], filter);
                let cut = whole.crop(columns.start, rows.start, columns.len() as u32, rows.len() as u32);
                assert_eq!(part, cut, "{filter:?} {width} x {height}");
            }
        }
    }

    #[test]
    fn a_part_of_a_picture_too_large_to_be_made_is_made() {
        let picture = Pixels::new(2, 1, vec![0, 0, 0, 255, 255, 255]);
        let middle = (1 << 30) - 2..(1 << 30) + 2;
        let part = resize_part(&picture, [1 << 31, 1 << 31], [middle, 7..9], Filter::Bicubic);
        // Both pixels weigh one half there, and 127.5 is rounded up.
        assert_eq!((part.size(), part.rgb[0]), ((4, 2), 128));
    }

    #[test]
    fn a_picture_is_cut_to_its_middle_before_it_is_resized() {
        let stripes = Pixels::new(4, 2, [[9; 3], [70; 3], [70; 3], [9; 3]].concat().repeat(2));
        assert_eq!(resize_square(&stripes, 3), Pixels::new(3, 3, vec![70; 27]));
    }
}
