//! Pictures of the world by the cells of [`crate::model::audiovisual::reconstruction`].

use crate::model::audiovisual::reconstruction::{CELL, GRID};
use crate::pixels::Pixels;
use crate::world::render::PIXELS;

/// Where each value of a picture, cell by cell, lies in its RGB bytes.
fn places() -> impl Iterator<Item = usize> {
    let cells = (0..GRID).flat_map(|y| (0..GRID).map(move |x| (y * CELL, x * CELL)));
    cells.flat_map(|(top, left)| {
        let rows = (top..top + CELL).map(move |y| 3 * (y * PIXELS + left));
        rows.flat_map(|from| from..from + 3 * CELL)
    })
}

/// The colours of a picture in `[-1, 1]`, cell after cell, `[P * CELL * CELL * 3]`.
///
/// # Panics
/// Where a picture is of another size.
pub fn cells_of(picture: &Pixels) -> Vec<f32> {
    assert_eq!(picture.rgb.len(), 3 * PIXELS * PIXELS, "pixels of a picture");
    places().map(|at| f32::from(picture.rgb[at]) / 127.5 - 1.0).collect()
}

/// The picture of such colours; what lies outside of `[-1, 1]` is cut off.
pub(super) fn picture_of(cells: &[f32]) -> Pixels {
    let mut rgb = vec![0; 3 * PIXELS * PIXELS];
    for (at, colour) in places().zip(cells) {
        rgb[at] = (127.5 * (colour.clamp(-1.0, 1.0) + 1.0)).round() as u8;
    }
    Pixels::new(PIXELS as u32, PIXELS as u32, rgb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::pixels;
    use crate::world::{Clip, Split};

    #[test]
    fn a_picture_comes_back_from_its_cells() {
        let picture = pixels(Clip::draw(Split::Test, 1, 3).picture());
        let cells = cells_of(&picture);
        assert_eq!(picture_of(&cells), picture);
        // The first pixel of the second cell of the second row.
        let at = (GRID + 1) * CELL * CELL * 3;
        assert_eq!(cells[at], f32::from(picture.rgb[3 * (CELL * PIXELS + CELL)]) / 127.5 - 1.0);
    }
}
