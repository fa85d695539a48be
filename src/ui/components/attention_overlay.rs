//! Attention over a picture: where nobody looks, the picture fades into the paper.

use super::raster::Rgba;

/// Paper of the two themes, as in style/tokens.css.
const PAPER: [[u8; 3]; 2] = [[0xfa, 0xf8, 0xf3], [0x16, 0x14, 0x11]];
/// How much of the picture the paper covers where the attention is nil.
const COVER: f32 = 0.9;

/// The overlay of a map `[grid * grid]`: clear at its strongest cell.
pub fn attention_overlay(map: &[f32], dark: bool) -> Rgba {
    let side = map.len().isqrt() as u32;
    let strongest = map.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let [r, g, b] = PAPER[usize::from(dark)];
    let pixel = |&value: &f32| [r, g, b, (255.0 * COVER * (1.0 - value / strongest)).round() as u8];
    Rgba { width: side, height: side, bytes: map.iter().flat_map(pixel).collect() }
}

/// The strongest cell of a map, the first where several are.
pub fn peak(map: &[f32]) -> Option<usize> {
    let strongest = map.iter().copied().reduce(f32::max)?;
    map.iter().position(|&value| value == strongest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_veil_is_clear_where_attention_is_strongest() {
        let map = [0.0, 0.1, 0.4, 0.2];
        let alphas: Vec<u8> =
            attention_overlay(&map, false).bytes.iter().skip(3).step_by(4).copied().collect();
        assert_eq!(alphas[2], 0);
        assert!(alphas[0] > alphas[1] && alphas[1] > alphas[3]);
        assert_eq!(peak(&map), Some(2));
        assert_eq!(peak(&[]), None);
    }

    #[test]
    fn a_map_of_nothing_is_all_veil() {
        assert!(
            attention_overlay(&[0.0; 4], true).bytes.iter().skip(3).step_by(4).all(|&alpha| alpha == 230)
        );
    }
}
