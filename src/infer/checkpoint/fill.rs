//! Weights on their way to the device, whose layout they take.

use super::CheckpointError;
use crate::device::{Bank, Device, DeviceError};
use crate::model::architecture::Wanted;
use crate::precision::Precision;

/// A weight that is being brought to the device in pieces, packed or turned where it is kept so.
pub(super) struct Fill<'a> {
    device: &'a Device,
    bank: &'a Bank,
    wanted: &'a Wanted,
    /// What waits for the rest of its row, or of its matrix.
    begun: Vec<f32>,
    /// Words that are on the device.
    filled: usize,
}

impl<'a> Fill<'a> {
    /// Makes room for the weight.
    pub fn new(device: &'a Device, bank: &'a mut Bank, wanted: &'a Wanted) -> Result<Self, DeviceError> {
        for (name, rows) in &wanted.parts {
            device.reserve(bank, name, &wanted.part_shape(*rows))?;
        }
        Ok(Fill { device, bank, wanted, begun: Vec::new(), filled: 0 })
    }

    /// The next numbers, in row-major order.
    pub fn take(&mut self, values: Vec<f32>) -> Result<(), CheckpointError> {
        if self.wanted.turned {
            self.begun.extend(values);
            let is_whole = self.begun.len() == self.wanted.shape.numel();
            return if is_whole { Ok(self.put(bytemuck::cast_slice(&self.turned()))?) } else { Ok(()) };
        }
        if self.wanted.precision == Precision::F32 {
            return Ok(self.put(bytemuck::cast_slice(&values))?);
        }
        let width = self.wanted.width();
        self.begun.extend(values);
        let mut words = Vec::with_capacity(self.begun.len() / 2);
        let rows = self.begun.chunks_exact(width);
        let rest = rows.remainder().to_vec();
        for (i, row) in rows.enumerate() {
            self.wanted.precision.pack(row, &mut words).map_err(|place| CheckpointError::Precision {
                tensor: self.wanted.name.clone(),
                precision: self.wanted.precision.name(),
                row: self.filled / self.wanted.precision.row_words(width) + i,
                found: row[place],
            })?;
        }
        self.begun = rest;
        Ok(self.put(&words)?)
    }

    /// The matrix by columns.
    fn turned(&self) -> Vec<f32> {
        /// Rows that are taken at a time: as many numbers as a cache line holds.
        const ROWS: usize = 16;
        let (width, rows) = (self.wanted.width(), self.wanted.shape[0]);
        let mut turned = vec![0.0; self.begun.len()];
        for first in (0..rows).step_by(ROWS) {
            for (l, column) in turned.chunks_exact_mut(rows).enumerate() {
                for (i, value) in column[first..].iter_mut().enumerate().take(ROWS) {
                    *value = self.begun[(first + i) * width + l];
                }
            }
        }
        turned
    }

    fn put(&mut self, words: &[u32]) -> Result<(), DeviceError> {
        for (name, at, range) in self.wanted.spread(self.filled, words.len()) {
            self.device.fill(self.bank, name, at, &words[range])?;
        }
        self.filled += words.len();
        Ok(())
    }
}
