//! The colour map of heat maps: equal steps of the value are equal steps of lightness.

/// Colours of a map.
pub const STEPS: usize = 256;

/// Ends of the map in OKLCH (Ottosson 2020): lightness, chroma, hue in degrees. From the colour of words by way of the
/// fused one to the colour of pictures, dark for much on paper and light for much in the dark.
const LEAST: [f32; 3] = [0.965, 0.028, 85.0];
const MOST: [f32; 3] = [0.30, 0.085, 262.0];
/// Chroma in the middle of the map, where sRGB has room for it.
const BULGE: f32 = 0.065;

/// The map as sRGB bytes.
pub fn map(dark: bool) -> [[u8; 3]; STEPS] {
    std::array::from_fn(|i| {
        let t = i as f32 / (STEPS - 1) as f32;
        srgb(at(if dark { 1.0 - t } else { t }))
    })
}

/// The colour of a value in 0..=1.
pub fn pick(map: &[[u8; 3]; STEPS], value: f32) -> [u8; 3] {
    map[(value.clamp(0.0, 1.0) * (STEPS - 1) as f32).round() as usize]
}

/// OKLCH at `t`: lightness and hue linear, chroma with a bulge.
fn at(t: f32) -> [f32; 3] {
    let mix = |i: usize| LEAST[i] + (MOST[i] - LEAST[i]) * t;
    [mix(0), mix(1) + BULGE * 4.0 * t * (1.0 - t), mix(2)]
}

fn srgb([lightness, chroma, hue]: [f32; 3]) -> [u8; 3] {
    let (sin, cos) = hue.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    linear.map(|c| (encode(c) * 255.0).round() as u8)
}

/// The sRGB transfer function.
fn encode(c: f32) -> f32 {
    let c = c.clamp(0.0, 1.0);
    if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE L* of an sRGB colour.
    fn lightness([r, g, b]: [u8; 3]) -> f32 {
        let linear = |c: u8| {
            let c = f32::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        116.0 * y.cbrt() - 16.0
    }

    #[test]
    fn white_and_grey_are_themselves() {
        assert_eq!(srgb([1.0, 0.0, 0.0]), [255, 255, 255]);
        assert_eq!(srgb([0.0, 0.0, 0.0]), [0, 0, 0]);
        let [r, g, b] = srgb([0.6, 0.0, 0.0]);
        assert!(r == g && g == b);
    }

    #[test]
    fn more_is_darker_on_paper_and_lighter_in_the_dark_in_even_steps() {
        for dark in [false, true] {
            let map = map(dark);
            let steps: Vec<f32> = map
                .chunks(32)
                .map(|run| run[0])
                .collect::<Vec<_>>()
                .windows(2)
                .map(|w| lightness(w[1]) - lightness(w[0]))
                .collect();
            assert!(steps.iter().all(|step| (step.signum() > 0.0) == dark), "{steps:?}");
            let (least, most) =
                steps.iter().fold((f32::MAX, 0.0_f32), |(l, m), s| (l.min(s.abs()), m.max(s.abs())));
            assert!(most / least < 1.6, "{steps:?}");
        }
    }
}
