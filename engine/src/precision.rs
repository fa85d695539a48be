//! How the matrices of a model are kept: as f32, or packed into words, in which a row is a whole number of words.

use crate::dispatch::dispatched;
use half::f16;
use half::slice::HalfFloatSliceExt;
use serde::{Deserialize, Serialize};

/// Largest integer that a row of int8 uses; -128 is left out, so that zero lies in the middle.
const LARGEST: f32 = 127.0;

/// Numbers that a packed row is filled up to with zeros, so that devices may take four at a time.
const QUAD: usize = 4;

/// How many bits a weight takes; products unpack what they read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub enum Precision {
    /// 4 bytes, nothing packed.
    #[default]
    F32,
    /// Rounded to nearest, ties to even; a word holds two, the first in its low half.
    F16,
    /// `w[r, c] = scale[r] q[r, c]`, q in -127..=127, `scale[r] = max |w[r, :]| / 127`. A row is its scale, as f32, and
    /// then its integers, four in a word from the lowest byte up.
    Int8,
}

impl Precision {
    /// From the widest to the narrowest.
    pub const ALL: [Precision; 3] = [Precision::F32, Precision::F16, Precision::Int8];

    /// `f32`, `f16` or `int8`.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F16 => "f16",
            Precision::Int8 => "int8",
        }
    }

    /// Words (of four bytes) of a row of `width` numbers.
    pub fn row_words(self, width: usize) -> usize {
        match self {
            Precision::F32 => width,
            Precision::F16 => width.next_multiple_of(QUAD) / 2,
            Precision::Int8 => 1 + width.div_ceil(QUAD),
        }
    }

    /// Adds the words of a row to `words`.
    ///
    /// # Errors
    /// The error is the place of the first number that this precision does not hold: one that is
    /// not finite or, as f16, beyond 65,504.
    pub fn pack(self, row: &[f32], words: &mut Vec<u32>) -> Result<(), usize> {
        pack(self, row, words)
    }

    /// The numbers of a packed row: `words` of [`Precision::row_words`], `row` of its width.
    pub fn unpack(self, words: &[u32], row: &mut [f32]) {
        unpack(self, words, row);
    }
}

dispatched! {
    fn pack(precision: Precision, row: &[f32], words: &mut Vec<u32>) -> Result<(), usize> {
        match precision {
            Precision::F32 => words.extend(row.iter().map(|value| value.to_bits())),
            Precision::F16 => {
                let mut halves = vec![f16::ZERO; 2 * precision.row_words(row.len())];
                halves[..row.len()].convert_from_f32_slice(row);
                if let Some(at) = halves.iter().position(|half| !half.is_finite()) {
                    return Err(at);
                }
                let word = |[low, high]: &[f16; 2]| u32::from(low.to_bits()) | u32::from(high.to_bits()) << 16;
                words.extend(halves.as_chunks().0.iter().map(word));
            }
            Precision::Int8 => {
                if let Some(at) = row.iter().position(|value| !value.is_finite()) {
                    return Err(at);
                }
                let (scale, integers) = quantize(row);
                words.push(scale.to_bits());
                let integers: Vec<u8> = integers.map(|integer| integer as u8).collect();
                let word = |four: &[u8]| four.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
                words.extend(integers.chunks(QUAD).map(word));
            }
        }
        Ok(())
    }
}

dispatched! {
    fn unpack(precision: Precision, words: &[u32], row: &mut [f32]) {
        match precision {
            Precision::F32 => row.copy_from_slice(bytemuck::cast_slice(words)),
            Precision::F16 => {
                let halves: &[u16] = bytemuck::cast_slice(words);
                row.iter_mut().zip(halves).for_each(|(value, half)| *value = widened(*half));
            }
            Precision::Int8 => {
                let (scale, integers) =
                    (f32::from_bits(words[0]), bytemuck::cast_slice::<u32, i8>(&words[1..]));
                row.iter_mut().zip(integers).for_each(|(value, q)| *value = scale * f32::from(*q));
            }
        }
    }
}

/// The scale of a row of finite numbers, and its integers, rounded to nearest, ties to even. A row of zeros has scale 0.
#[inline(always)]
pub fn quantize(row: &[f32]) -> (f32, impl Iterator<Item = i8>) {
    let scale = row.iter().fold(0.0, |max: f32, value| max.max(value.abs())) / LARGEST;
    let integer = move |value: &f32| match scale {
        0.0 => 0,
        // A scale that is rounded down among the smallest floats takes quotients beyond 127.
        scale => (value / scale).round_ties_even().clamp(-LARGEST, LARGEST) as i8,
    };
    (scale, row.iter().map(integer))
}

/// A finite f16 as f32 without branches: its exponent and fraction in their places of an f32 are 2^112 times too small.
#[inline(always)]
fn widened(half: u16) -> f32 {
    const FACTOR: f32 = f32::from_bits((112 + 127) << 23);
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * FACTOR;
    f32::from_bits(magnitude.to_bits() | u32::from(half & 0x8000) << 16)
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

    #[test]
    fn every_finite_half_is_widened_exactly() {
        for bits in 0..=u16::MAX {
            let half = f16::from_bits(bits);
            if half.is_finite() {
                assert_eq!(widened(bits).to_bits(), half.to_f32().to_bits(), "{bits:04x}");
            }
        }
    }

    #[test]
    fn a_row_is_a_whole_number_of_words_and_comes_back() {
        let row: Vec<f32> = (0..9).map(|i| (i as f32 - 4.0) * 0.25).collect();
        for precision in Precision::ALL {
            for width in 1..=row.len() {
                let (mut words, mut back) = (Vec::new(), vec![9.0; width]);
                precision.pack(&row[..width], &mut words).unwrap();
                assert_eq!(words.len(), precision.row_words(width), "{precision:?} {width}");
                precision.unpack(&words, &mut back);
                let step = if precision == Precision::Int8 { 1.0 / 254.0 * 1.0001 } else { 0.0 };
                for (value, back) in row.iter().zip(&back) {
                    assert!((value - back).abs() <= step, "{precision:?} {width}: {value} became {back}");
                }
            }
        }
    }

    #[test]
    fn what_a_precision_does_not_hold_is_told_by_its_place() {
        let place = |precision: Precision, row: &[f32]| precision.pack(row, &mut Vec::new());
        assert_eq!(place(Precision::F16, &[1.0, 7e4]), Err(1));
        assert_eq!(place(Precision::F16, &[65504.0, f32::NAN]), Err(1));
        assert_eq!(place(Precision::Int8, &[f32::INFINITY]), Err(0));
        assert_eq!(place(Precision::Int8, &[7e4]), Ok(()));
        assert_eq!(place(Precision::F32, &[f32::NAN]), Ok(()));
    }
}
