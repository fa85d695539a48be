//! A plan with its buffers, pipelines and bind groups.

use std::ops::Range;
use std::rc::Rc;

use super::device::GpuDevice;
use super::dispatch::{Dispatch, bind, submit};
use super::measure::choose;
use super::param_store::ParamStore;
use crate::device::DeviceError;
use crate::plan::{Plan, SlotId, SlotKind};
use crate::tensor::HostTensor;

pub struct CompiledPlan {
    device: GpuDevice,
    plan: Rc<Plan>,
    /// By slot; views share their root's.
    buffers: Vec<wgpu::Buffer>,
    dispatches: Vec<Dispatch>,
}

impl CompiledPlan {
    pub(in crate::device) async fn new(plan: Rc<Plan>, params: &ParamStore) -> Result<Self, DeviceError> {
        let device = &params.device;
        let buffers = device.verified(|| allocate(&plan, params)).await??;
        let variants = choose(device, &plan, &buffers).await?;
        let dispatches = device.verified(|| bind(device, &plan.steps, &buffers, &variants)).await?;
        Ok(CompiledPlan { device: device.clone(), plan, buffers, dispatches })
    }

    pub(in crate::device) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Waits until all submitted work is done.
    pub(in crate::device) async fn finish(&self) -> Result<(), DeviceError> {
        self.device.finish().await
    }

    fn find(&self, name: &str) -> SlotId {
        self.plan.find(name).unwrap_or_else(|| panic!("the plan has no slot `{name}`"))
    }

    pub(in crate::device) fn write(&self, name: &str, tensor: &HostTensor) {
        let id = self.find(name);
        let slot = self.plan.slot(id);
        assert_eq!((&slot.shape, slot.dtype), (&tensor.shape, tensor.dtype()), "input `{name}`");
        self.device.queue.write_buffer(&self.buffers[id.index()], 0, bytemuck::cast_slice(tensor.words()));
    }

    pub(in crate::device) fn run(&self, steps: Range<usize>) -> Result<(), DeviceError> {
        submit(&self.device, self.dispatches[steps].iter());
        self.device.check()
    }

    pub(in crate::device) async fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        let id = self.find(name);
        let (slot, buffer) = (self.plan.slot(id), &self.buffers[id.index()]);
        let words = self.device.download(buffer, buffer.size()).await?;
        Ok(HostTensor::from_words(slot.shape.clone(), slot.dtype, &words))
    }
}

fn allocate(plan: &Plan, params: &ParamStore) -> Result<Vec<wgpu::Buffer>, DeviceError> {
    let mut buffers: Vec<wgpu::Buffer> = Vec::with_capacity(plan.slots.len());
    for slot in &plan.slots {
        buffers.push(match (slot.view_of, slot.kind) {
            (Some(root), _) => buffers[root.index()].clone(),
            (None, SlotKind::Stored) => params.buffer(slot)?,
            (None, _) => params.device.allocate(&slot.name, slot.shape.numel())?,
        });
    }
    Ok(buffers)
}
