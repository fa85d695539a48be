//! Weights on their way to the device, whose layout they take.

use super::LoadError;
use crate::device::{DeviceError, ParamStore};
use crate::layout::{Layout, Storage};
use crate::model::param_spec::ParamSpec;

/// A weight that is being brought to the device in pieces, packed or laid out as it is kept.
pub(super) struct WeightUploader<'a> {
    params: &'a ParamStore,
    param: &'a ParamSpec,
    /// What waits for the rest of its row, or of its group of rows.
    begun: Vec<f32>,
    /// Words that are on the device.
    filled: usize,
}

impl<'a> WeightUploader<'a> {
    /// Makes room for the weight.
    pub(super) fn new(params: &'a mut ParamStore, param: &'a ParamSpec) -> Result<Self, DeviceError> {
        for (name, rows) in &param.parts {
            params.reserve(name, &param.part_shape(*rows))?;
        }
        Ok(WeightUploader { params, param, begun: Vec::new(), filled: 0 })
    }

    /// The next numbers, in row-major order.
    pub(super) fn take(&mut self, values: Vec<f32>) -> Result<(), LoadError> {
        let precision = match self.param.storage {
            Storage::PLAIN => return Ok(self.put(bytemuck::cast_slice(&values))?),
            Storage::F32(layout) => return Ok(self.put_groups(layout, values)?),
            packed => packed.precision(),
        };
        let width = self.param.width();
        self.begun.extend(values);
        let mut words = Vec::with_capacity(self.begun.len() / 2);
        let rows = self.begun.chunks_exact(width);
        let rest = rows.remainder().to_vec();
        for (i, row) in rows.enumerate() {
            precision.pack(row, &mut words).map_err(|place| LoadError::Precision {
                tensor: self.param.name.clone(),
                precision: precision.name(),
                row: self.filled / precision.row_words(width) + i,
                found: row[place],
            })?;
        }
        self.begun = rest;
        Ok(self.put(&words)?)
    }

    /// Adds numbers to those that wait and puts every group of rows that is complete, or the last one.
    fn put_groups(&mut self, layout: Layout, values: Vec<f32>) -> Result<(), DeviceError> {
        let extents @ [rows, width] = [self.param.shape[0], self.param.width()];
        self.begun.extend(values);
        let (whole, left) = (layout.group(rows) * width, rows * width - self.filled);
        let ready = if self.begun.len() == left { left } else { self.begun.len() / whole * whole };
        let reordered = layout.reorder(extents, &self.begun[..ready]);
        self.begun.drain(..ready);
        self.put(bytemuck::cast_slice(&reordered))
    }

    fn put(&mut self, words: &[u32]) -> Result<(), DeviceError> {
        for (name, at, range) in self.param.split_range(self.filled, words.len()) {
            self.params.write_at(name, at, &words[range])?;
        }
        self.filled += words.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::device::{CpuDevice, Device};
    use crate::tensor::Shape;

    #[test]
    fn pieces_of_any_length_lie_as_the_whole() {
        let (rows, width) = (19, 3);
        let matrix: Vec<f32> = (0..rows * width).map(|i| i as f32).collect();
        let device = Device::Cpu(CpuDevice { exact: false });
        for layout in [Layout::Rows, Layout::Columns, Layout::Panels] {
            let param = ParamSpec {
                name: "w".into(),
                aliases: Vec::new(),
                shape: Shape::from([rows, width]),
                storage: Storage::F32(layout),
                parts: vec![("w".into(), rows)],
            };
            let whole = layout.reorder([rows, width], &matrix);
            for piece in [1, 7, 24, matrix.len()] {
                let mut params = device.param_store();
                let mut uploader = WeightUploader::new(&mut params, &param).unwrap();
                matrix.chunks(piece).for_each(|values| uploader.take(values.to_vec()).unwrap());
                let kept = block_on(params.read("w")).unwrap();
                assert_eq!(kept.as_f32(), whole, "{layout:?} in pieces of {piece}");
            }
        }
    }
}
