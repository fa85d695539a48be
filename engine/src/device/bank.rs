//! Weights on a device.

use std::collections::HashMap;
use std::rc::Rc;

use super::{DeviceError, Prepared, cpu, gpu};
use crate::order;
use crate::plan::Plan;
use crate::tensor::{HostTensor, Shape};

/// Weights and optimiser state on a device, by name, made by [`Device::bank`](super::Device::bank); every plan prepared with
/// the bank shares them.
pub enum Bank {
    /// In the memory of the process.
    Cpu(cpu::Bank),
    /// Storage buffers.
    Gpu(gpu::Bank),
}

impl Bank {
    /// Writes a stored tensor, creating or replacing it under `name`.
    ///
    /// # Errors
    /// Those of [`Bank::reserve`] and [`Bank::fill`].
    pub fn store(&mut self, name: &str, tensor: &HostTensor) -> Result<(), DeviceError> {
        self.reserve(name, &tensor.shape)?;
        self.fill(name, 0, tensor.words())
    }

    /// Makes room for a stored tensor whose values [`Bank::fill`] brings. One of the same shape keeps its place; plans that
    /// were prepared with one of another shape keep that one.
    ///
    /// # Errors
    /// [`DeviceError::Exhausted`], on a GPU [`DeviceError::TooLarge`].
    pub fn reserve(&mut self, name: &str, shape: &Shape) -> Result<(), DeviceError> {
        match self {
            Bank::Cpu(bank) => bank.reserve(name, shape),
            Bank::Gpu(bank) => bank.reserve(name, shape),
        }
    }

    /// Writes a part of a reserved tensor, the bits of f32 from element `start` on; panics where the name is not reserved.
    ///
    /// # Errors
    /// What went wrong on a GPU since the last call.
    pub fn fill(&self, name: &str, start: usize, words: &[u32]) -> Result<(), DeviceError> {
        match self {
            Bank::Cpu(bank) => {
                bank.fill(name, start, words);
                Ok(())
            }
            Bank::Gpu(bank) => bank.fill(name, start, words),
        }
    }

    /// Reads a stored tensor back, as f32.
    ///
    /// # Errors
    /// [`DeviceError::Missing`], and what went wrong on a GPU.
    pub async fn fetch(&self, name: &str) -> Result<HostTensor, DeviceError> {
        match self {
            Bank::Cpu(bank) => bank.fetch(name),
            Bank::Gpu(bank) => bank.fetch(name).await,
        }
    }

    /// Allocates what the plan needs on the bank's device; on a GPU also compiles its kernels, and measures those of several
    /// variants that it does not know yet. Every stored slot must be in the bank, with its shape.
    ///
    /// # Errors
    /// [`DeviceError::Missing`], [`DeviceError::Misshapen`], and those of memory.
    pub async fn prepare(&self, plan: Rc<Plan>) -> Result<Prepared, DeviceError> {
        Ok(match self {
            Bank::Cpu(bank) => Prepared::Cpu(cpu::Prepared::new(plan, bank)?),
            Bank::Gpu(bank) => Prepared::Gpu(gpu::Prepared::new(plan, bank).await?),
        })
    }

    /// Names and shapes of everything stored, sorted by name.
    pub fn contents(&self) -> Vec<(String, Shape)> {
        fn list<B>(map: &HashMap<String, B>, shape: impl Fn(&B) -> Shape) -> Vec<(String, Shape)> {
            let mut all: Vec<_> = map.iter().map(|(name, b)| (name.clone(), shape(b))).collect();
            order::sort_by(&mut all, |a, b| a.0.cmp(&b.0));
            all
        }
        match self {
            Bank::Cpu(bank) => list(&bank.tensors, |b| b.shape.clone()),
            Bank::Gpu(bank) => list(&bank.tensors, |b| b.shape.clone()),
        }
    }
}
