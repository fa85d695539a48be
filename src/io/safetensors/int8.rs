//! Int8 with one scale per row: `w[r, c] = scale[r] q[r, c]`, q in -127..=127, `scale[r] = max |w[r, :]| / 127`. A row is
//! what one index of the first axis holds: an output channel of a linear map or a convolution, a token of a table.

use super::{SafetensorsError, SafetensorsFile};
use crate::tensor::Shape;

/// Largest integer that a row uses; -128 is left out, so that zero lies in the middle.
const LARGEST: f32 = 127.0;

/// The scale of a row of finite numbers, and its integers, rounded to nearest, ties to even. A row of zeros has scale 0.
pub fn quantize(row: &[f32]) -> (f32, impl Iterator<Item = i8>) {
    let scale = row.iter().fold(0.0, |max: f32, value| max.max(value.abs())) / LARGEST;
    let integer = move |value: &f32| match scale {
        0.0 => 0,
        // A scale that is rounded down among the smallest floats takes quotients beyond 127.
        scale => (value / scale).round_ties_even().clamp(-LARGEST, LARGEST) as i8,
    };
    (scale, row.iter().map(integer))
}

impl SafetensorsFile {
    /// As [`SafetensorsFile::pieces`], of an I8 tensor `[R, ...]` with `scales` of its R rows; a piece has up to 4 Mi
    /// elements.
    pub fn scaled_pieces<E: From<SafetensorsError>>(
        &self,
        tensor: &str,
        expected: &Shape,
        scales: &[f32],
        mut take: impl FnMut(usize, Vec<f32>) -> Result<(), E>,
    ) -> Result<(), E> {
        let info = self.expect(tensor, expected)?;
        let width = expected.numel() / scales.len().max(1);
        self.each(info, i8::from_le_bytes, |start, integers: Vec<i8>| {
            let value = |(i, q): (usize, &i8)| scales[(start + i) / width] * f32::from(*q);
            take(start, integers.iter().enumerate().map(value).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantized(row: &[f32]) -> (f32, Vec<i8>) {
        let (scale, integers) = quantize(row);
        (scale, integers.collect())
    }

    #[test]
    fn a_row_is_scaled_by_its_largest_magnitude_and_rounded_to_even() {
        assert_eq!(quantized(&[127.0, -2.5, 3.5, 0.4]), (1.0, vec![127, -2, 4, 0]));
        assert_eq!(quantized(&[-254.0, 127.0]), (2.0, vec![-127, 64]));
        assert_eq!(quantized(&[0.0, -0.0]), (0.0, vec![0, 0]));
        // 200 units in the last place: the scale is rounded from 1.57 to 2 of them.
        assert_eq!(quantized(&[f32::from_bits(200)]).1, [100]);
        // 150 / 127 is rounded down to 1.
        assert_eq!(quantized(&[f32::from_bits(150)]).1, [127]);
    }
}
