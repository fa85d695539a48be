//! A perceptually uniform colour map: a helix in OKLab (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>).
//!
//! Lightness and hue grow in proportion to the value and chroma is constant, so equal steps of the value are equal
//! distances in OKLab: from dark violet over magenta and orange to light yellow. Printed in grey it still reads.

const LIGHTNESS: (f32, f32) = (0.25, 0.92);
/// Degrees; beyond 360 they go on at 0.
const HUE: (f32, f32) = (285.0, 465.0);
/// The largest value, in steps of 0.01, for which the whole helix lies within sRGB.
const CHROMA: f32 = 0.14;

/// The sRGB colour of a value in `[0, 1]`; values outside are clamped.
pub fn colour(value: f32) -> [u8; 3] {
    srgb(helix(value.clamp(0.0, 1.0))).map(|channel| (channel.clamp(0.0, 1.0) * 255.0).round() as u8)
}

/// The map as 256 colours, for legends and for lookup.
pub fn table() -> [[u8; 3]; 256] {
    std::array::from_fn(|i| colour(i as f32 / 255.0))
}

/// OKLab coordinates of a value in `[0, 1]`.
fn helix(value: f32) -> [f32; 3] {
    let between = |(low, high): (f32, f32)| low + (high - low) * value;
    let (sin, cos) = between(HUE).to_radians().sin_cos();
    [between(LIGHTNESS), CHROMA * cos, CHROMA * sin]
}

/// OKLab to gamma-encoded sRGB, not clamped.
fn srgb([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    linear.map(|c| if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conversion_agrees_with_known_colours() {
        // OKLab of the sRGB primaries, from CSS Color Module Level 4.
        for (lab, rgb) in [
            ([1.0, 0.0, 0.0], [255, 255, 255]),
            ([0.627_96, 0.224_86, 0.125_85], [255, 0, 0]),
            ([0.866_44, -0.233_89, 0.179_5], [0, 255, 0]),
            ([0.452_01, -0.032_46, -0.311_53], [0, 0, 255]),
        ] {
            assert_eq!(srgb(lab).map(|c| (c * 255.0).round() as i32), rgb);
        }
    }

    #[test]
    fn every_colour_is_within_srgb_and_lighter_than_the_one_before() {
        let channels = (0..256).flat_map(|i| srgb(helix(i as f32 / 255.0)));
        assert!(channels.into_iter().all(|c| (0.0..=1.0).contains(&c)));
        let luma = |[r, g, b]: [u8; 3]| 2126 * r as u32 + 7152 * g as u32 + 722 * b as u32;
        assert!(table().windows(8).all(|w| luma(w[0]) < luma(w[7])));
        assert_eq!((colour(-1.0), colour(2.0)), (table()[0], table()[255]));
    }
}
