//! Pictures in host memory.

pub mod resize;

use serde::{Deserialize, Serialize};

/// A picture of `height` rows of `width` RGB bytes: `rgb.len() == width * height * 3`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pixels {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `[height, width, 3]`: red, green, blue, sRGB.
    pub rgb: Vec<u8>,
}

impl Pixels {
    /// Of bytes `[height, width, 3]`; panics where there are not so many.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        assert_eq!(rgb.len(), width as usize * height as usize * 3, "bytes do not fill {width}x{height} RGB");
        Pixels { width, height, rgb }
    }

    /// Of RGBA bytes `[height, width, 4]`, not premultiplied, laid over white and rounded to nearest.
    pub fn over_white(width: u32, height: u32, rgba: &[u8]) -> Self {
        let (pixels, _) = rgba.as_chunks::<4>();
        let blend = |value: u8, alpha: u32| ((value as u32 * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        let rgb = pixels.iter().flat_map(|&[r, g, b, a]| [r, g, b].map(|value| blend(value, a.into())));
        Pixels::new(width, height, rgb.collect())
    }

    /// The part `width` x `height` whose upper left corner is at (`left`, `top`); it must lie within.
    pub fn crop(&self, left: u32, top: u32, width: u32, height: u32) -> Self {
        assert!(left + width <= self.width && top + height <= self.height, "the part lies outside");
        let (start, row) = (left as usize * 3, self.width as usize * 3);
        let rows = self.rgb.chunks_exact(row).skip(top as usize).take(height as usize);
        let rgb = rows.flat_map(|row| &row[start..start + width as usize * 3]).copied().collect();
        Pixels::new(width, height, rgb)
    }

    /// The largest square in the middle; an odd remainder stays right or below.
    pub fn centre_square(&self) -> Self {
        let side = self.width.min(self.height);
        self.crop((self.width - side) / 2, (self.height - side) / 2, side, side)
    }

    /// `(width, height)` for index arithmetic.
    pub fn size(&self) -> (usize, usize) {
        (self.width as usize, self.height as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_fades_to_white() {
        let rgba = [0, 100, 255, 255, 0, 100, 255, 0, 0, 100, 255, 128];
        // 255 * 127 / 255 = 127; (100 * 128 + 255 * 127) / 255 = 177.2
        assert_eq!(Pixels::over_white(3, 1, &rgba).rgb, [0, 100, 255, 255, 255, 255, 127, 177, 255]);
    }

    #[test]
    fn the_middle_square_leaves_the_odd_column_right() {
        let row = |width: u8| (0..width).flat_map(|x| [x; 3]).collect::<Vec<u8>>();
        let wide = Pixels::new(6, 2, [row(6), row(6)].concat());
        assert_eq!(wide.centre_square(), Pixels::new(2, 2, [2, 2, 2, 3, 3, 3].repeat(2)));
        let odd = Pixels::new(4, 1, row(4));
        assert_eq!(odd.centre_square(), Pixels::new(1, 1, vec![1; 3]));
        let tall = Pixels::new(1, 3, row(3));
        assert_eq!(tall.centre_square(), Pixels::new(1, 1, vec![1; 3]));
    }
}
