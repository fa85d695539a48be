//! Weights on a device.

use std::collections::HashMap;
use std::rc::Rc;

use super::{CompiledPlan, DeviceError, cpu, gpu};
use crate::order;
use crate::plan::Plan;
use crate::tensor::{HostTensor, Shape};

/// Weights and optimiser state on a device, by name, made by [`Device::param_store`](super::Device::param_store); every plan
/// that it compiles shares them.
pub enum ParamStore {
    /// In the memory of the process.
    Cpu(cpu::ParamStore),
    /// Storage buffers.
    Gpu(gpu::ParamStore),
}

impl ParamStore {
    /// Writes a stored tensor, creating or replacing it under `name`.
    ///
    /// # Errors
    /// Those of [`ParamStore::reserve`] and [`ParamStore::write_at`].
    pub fn store(&mut self, name: &str, tensor: &HostTensor) -> Result<(), DeviceError> {
        self.reserve(name, &tensor.shape)?;
        self.write_at(name, 0, tensor.words())
    }

    /// Makes room for a stored tensor whose values [`ParamStore::write_at`] brings. One of the same shape keeps its place; plans
    /// that were compiled with one of another shape keep that one.
    ///
    /// # Errors
    /// [`DeviceError::Exhausted`], on a GPU [`DeviceError::TooLarge`].
    pub fn reserve(&mut self, name: &str, shape: &Shape) -> Result<(), DeviceError> {
        match self {
            ParamStore::Cpu(params) => params.reserve(name, shape),
            ParamStore::Gpu(params) => params.reserve(name, shape),
        }
    }

    /// Writes words of a reserved tensor, bits of f32 or packed, from word `start` on; panics where the name is not reserved.
    ///
    /// # Errors
    /// What went wrong on a GPU since the last call.
    pub fn write_at(&self, name: &str, start: usize, words: &[u32]) -> Result<(), DeviceError> {
        match self {
            ParamStore::Cpu(params) => {
                params.write_at(name, start, words);
                Ok(())
            }
            ParamStore::Gpu(params) => params.write_at(name, start, words),
        }
    }

    /// Reads a stored tensor of f32 back; a packed one's words are no numbers.
    ///
    /// # Errors
    /// [`DeviceError::Missing`], and what went wrong on a GPU.
    pub async fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        match self {
            ParamStore::Cpu(params) => params.read(name),
            ParamStore::Gpu(params) => params.read(name).await,
        }
    }

    /// Allocates what the plan needs on this device; on a GPU also compiles its kernels, and measures those of several variants that
    /// it does not know yet. Every stored slot must be in this store, with its shape.
    ///
    /// # Errors
    /// [`DeviceError::Missing`], [`DeviceError::ShapeMismatch`], and those of memory.
    pub async fn compile(&self, plan: Rc<Plan>) -> Result<CompiledPlan, DeviceError> {
        Ok(match self {
            ParamStore::Cpu(params) => CompiledPlan::Cpu(cpu::CompiledPlan::new(plan, params)?),
            ParamStore::Gpu(params) => CompiledPlan::Gpu(gpu::CompiledPlan::new(plan, params).await?),
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
            ParamStore::Cpu(params) => list(&params.tensors, |b| b.shape.clone()),
            ParamStore::Gpu(params) => list(&params.tensors, |b| b.shape.clone()),
        }
    }
}
