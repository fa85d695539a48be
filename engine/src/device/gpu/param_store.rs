//! Stored tensors in GPU memory.

use std::collections::HashMap;

use super::device::GpuDevice;
use crate::device::DeviceError;
use crate::plan::Slot;
use crate::tensor::{DType, HostTensor, Shape};

pub(crate) struct Stored {
    pub(in crate::device) shape: Shape,
    buffer: wgpu::Buffer,
}

pub struct ParamStore {
    pub(super) device: GpuDevice,
    pub(in crate::device) tensors: HashMap<String, Stored>,
}

impl ParamStore {
    pub(in crate::device) fn new(device: GpuDevice) -> Self {
        ParamStore { device, tensors: HashMap::new() }
    }

    pub(in crate::device) fn reserve(&mut self, name: &str, shape: &Shape) -> Result<(), DeviceError> {
        if !self.tensors.get(name).is_some_and(|old| old.shape == *shape) {
            let buffer = self.device.allocate(name, shape.numel())?;
            self.tensors.insert(name.to_string(), Stored { shape: shape.clone(), buffer });
        }
        Ok(())
    }

    pub(in crate::device) fn write_at(
        &self,
        name: &str,
        start: usize,
        words: &[u32],
    ) -> Result<(), DeviceError> {
        let bytes = bytemuck::cast_slice(words);
        self.device.queue.write_buffer(&self.tensors[name].buffer, (start * size_of::<u32>()) as u64, bytes);
        self.device.check()
    }

    pub(in crate::device) async fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        let stored = self.tensors.get(name).ok_or_else(|| DeviceError::Missing { name: name.to_string() })?;
        let words = self.device.download(&stored.buffer, stored.buffer.size()).await?;
        Ok(HostTensor::from_words(stored.shape.clone(), DType::F32, &words))
    }

    /// The buffer of a stored slot.
    pub(super) fn buffer(&self, slot: &Slot) -> Result<wgpu::Buffer, DeviceError> {
        let name = slot.name.clone();
        match self.tensors.get(&name) {
            None => Err(DeviceError::Missing { name }),
            Some(stored) if stored.shape != slot.shape => {
                let (expected, found) = (slot.shape.clone(), stored.shape.clone());
                Err(DeviceError::ShapeMismatch { name, expected, found })
            }
            Some(stored) => Ok(stored.buffer.clone()),
        }
    }
}
