//! Outlines of masks.

use crate::pixels::Pixels;

/// Draws the inner border of a mask onto the picture, one pixel wide. `mask` holds rows of `width` cells, spread over the
/// whole picture; the edge of the picture counts as outside.
pub fn draw(picture: &mut Pixels, mask: &[bool], width: usize, colour: [u8; 3]) {
    assert!(width > 0 && !mask.is_empty() && mask.len().is_multiple_of(width), "a mask is a rectangle");
    let (columns, rows) = picture.size();
    let height = mask.len() / width;
    // Coordinates are shifted by one so that the ring around the picture can be asked for.
    let inside = |x: usize, y: usize| {
        let within = (1..=columns).contains(&x) && (1..=rows).contains(&y);
        within && mask[(y - 1) * height / rows * width + (x - 1) * width / columns]
    };
    for (i, pixel) in picture.rgb.chunks_exact_mut(3).enumerate() {
        let (x, y) = (i % columns + 1, i / columns + 1);
        let surrounded = inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1);
        if inside(x, y) && !surrounded {
            pixel.copy_from_slice(&colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The red channel as text: `#` where drawn.
    fn drawn(width: u32, height: u32, mask: &[bool], mask_width: usize) -> Vec<String> {
        let mut picture = Pixels::new(width, height, vec![0; (width * height * 3) as usize]);
        draw(&mut picture, mask, mask_width, [255, 0, 0]);
        let rows = picture.rgb.chunks(width as usize * 3);
        rows.map(|row| row.chunks(3).map(|p| if p[0] == 255 { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn the_border_of_a_square_is_drawn() {
        let mask: Vec<bool> =
            (0..25).map(|i| (1..4).contains(&(i % 5)) && (1..4).contains(&(i / 5))).collect();
        assert_eq!(drawn(5, 5, &mask, 5), [".....", ".###.", ".#.#.", ".###.", "....."]);
    }

    #[test]
    fn a_mask_is_spread_over_a_larger_picture() {
        assert_eq!(drawn(6, 3, &[false, true], 2), ["...###", "...#.#", "...###"]);
    }
}
