//! The CPU device: replays a plan step by step through the kernels' CPU forms.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut, Range};
use std::rc::Rc;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::DeviceError;
use crate::kernel::{Access, Args};
use crate::limits;
use crate::plan::{Plan, SlotId, SlotKind, Step};
use crate::tensor::{DType, Data, HostTensor, Shape};

/// A cache line: no load of a vector that starts at a multiple of its length touches two.
#[repr(C, align(64))]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Line([f32; 16]);

/// Four-byte words in f32 clothing; ids are cast bit by bit.
struct Words {
    lines: Vec<Line>,
    count: usize,
}

impl Deref for Words {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &bytemuck::cast_slice(&self.lines)[..self.count]
    }
}

impl DerefMut for Words {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.count]
    }
}

/// Contents of a slot.
#[derive(Clone)]
struct Buffer(Arc<RwLock<Words>>);

impl Buffer {
    /// Zeros for `name`, or the error where there is no room for them.
    fn zeros(name: &str, shape: &Shape) -> Result<Self, DeviceError> {
        let count = shape.numel();
        let (mut lines, size) = (Vec::new(), count.div_ceil(16));
        let exhausted = |_| DeviceError::Exhausted { name: name.to_string(), bytes: shape.bytes() };
        lines.try_reserve_exact(size).map_err(exhausted)?;
        lines.resize(size, Line([0.0; 16]));
        Ok(Buffer(Arc::new(RwLock::new(Words { lines, count }))))
    }

    fn read(&self) -> RwLockReadGuard<'_, Words> {
        self.0.try_read().expect("nobody writes what is read")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Words> {
        self.0.try_write().expect("nobody else uses what is written")
    }
}

/// Which form of each kernel to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CpuDevice {
    /// Runs every kernel by its definition instead of its fast form.
    pub exact: bool,
}

pub(super) struct Stored {
    pub(super) shape: Shape,
    buffer: Buffer,
}

pub struct ParamStore {
    device: CpuDevice,
    pub(super) tensors: HashMap<String, Stored>,
}

impl ParamStore {
    pub(super) fn new(device: CpuDevice) -> Self {
        ParamStore { device, tensors: HashMap::new() }
    }

    pub(super) fn reserve(&mut self, name: &str, shape: &Shape) -> Result<(), DeviceError> {
        if !self.tensors.get(name).is_some_and(|old| old.shape == *shape) {
            let buffer = Buffer::zeros(name, shape)?;
            self.tensors.insert(name.to_string(), Stored { shape: shape.clone(), buffer });
        }
        Ok(())
    }

    pub(super) fn write_at(&self, name: &str, start: usize, words: &[u32]) {
        let mut values = self.tensors[name].buffer.write();
        values[start..start + words.len()].copy_from_slice(bytemuck::cast_slice(words));
    }

    pub(super) fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        let stored = self.tensors.get(name).ok_or_else(|| DeviceError::Missing { name: name.to_string() })?;
        Ok(HostTensor::f32(stored.shape.clone(), stored.buffer.read().to_vec()))
    }
}

pub struct CompiledPlan {
    device: CpuDevice,
    plan: Rc<Plan>,
    buffers: Vec<Buffer>,
}

impl CompiledPlan {
    pub(super) fn new(plan: Rc<Plan>, store: &ParamStore) -> Result<Self, DeviceError> {
        limits::fits("the states of this plan", plan.bytes(), limits::memory())?;
        let mut buffers: Vec<Buffer> = Vec::with_capacity(plan.slots.len());
        for slot in &plan.slots {
            if let Some(root) = slot.view_of {
                let shared = buffers[root.index()].clone();
                buffers.push(shared);
                continue;
            }
            buffers.push(match slot.kind {
                SlotKind::Stored => {
                    let name = slot.name.clone();
                    let stored =
                        store.tensors.get(&name).ok_or(DeviceError::Missing { name: name.clone() })?;
                    if stored.shape != slot.shape {
                        let (expected, found) = (slot.shape.clone(), stored.shape.clone());
                        return Err(DeviceError::ShapeMismatch { name, expected, found });
                    }
                    stored.buffer.clone()
                }
                _ => Buffer::zeros(&slot.name, &slot.shape)?,
            });
        }
        Ok(CompiledPlan { device: store.device, plan, buffers })
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    fn find(&self, name: &str) -> SlotId {
        self.plan.find(name).unwrap_or_else(|| panic!("the plan has no slot `{name}`"))
    }

    pub(super) fn write(&self, name: &str, tensor: &HostTensor) {
        let id = self.find(name);
        let slot = self.plan.slot(id);
        assert_eq!((&slot.shape, slot.dtype), (&tensor.shape, tensor.dtype()), "input `{name}`");
        self.buffers[id.index()].write().copy_from_slice(bytemuck::cast_slice(tensor.words()));
    }

    pub(super) fn read(&self, name: &str) -> HostTensor {
        let id = self.find(name);
        let slot = self.plan.slot(id);
        let values = self.buffers[id.index()].read();
        let data = match slot.dtype {
            DType::F32 => Data::F32(values.to_vec()),
            DType::U32 => Data::U32(bytemuck::cast_slice(&values[..]).to_vec()),
        };
        HostTensor { shape: slot.shape.clone(), data }
    }

    pub(super) fn run(&self, steps: Range<usize>) {
        let (device, steps, buffers) = (self.device, &self.plan.steps[steps], &self.buffers[..]);
        let replay = || steps.iter().for_each(|step| run_step(device, step, buffers));
        #[cfg(target_arch = "wasm32")]
        replay();
        // On a thread of the pool: one that is not would have to be woken after each parallel piece of work.
        #[cfg(not(target_arch = "wasm32"))]
        rayon::scope(|_| replay());
    }
}

fn run_step(device: CpuDevice, step: &Step, buffers: &[Buffer]) {
    let reads: Vec<_> = step.slots_with(Access::Read).map(|id| buffers[id.index()].read()).collect();
    let mut writes: Vec<_> = step.slots_with(Access::Write).map(|id| buffers[id.index()].write()).collect();
    let mut args = Args {
        params: &step.params,
        read: reads.iter().map(|r| &r[..]).collect(),
        write: writes.iter_mut().map(|w| &mut w[..]).collect(),
    };
    match step.kernel.fast {
        Some(fast) if !device.exact => fast(&mut args),
        _ => (step.kernel.cpu)(&mut args),
    }
}
