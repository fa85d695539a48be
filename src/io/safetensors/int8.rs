//! Int8 with one scale per row, [`crate::precision::Precision::Int8`]. A row is what one index of the first axis holds: an
//! output channel of a linear map or a convolution, a token of a table.

use super::{SafetensorsError, SafetensorsFile};
use crate::tensor::Shape;

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
