//! A plan with its buffers, pipelines and bind groups.

use std::ops::Range;
use std::rc::Rc;

use wgpu::util::DeviceExt;

use super::dispatch::{Dispatch, ParamsAt};
use super::{Bank, GpuDevice};
use crate::device::DeviceError;
use crate::kernel::Variant;
use crate::plan::{Plan, SlotId, SlotKind, Step};
use crate::tensor::HostTensor;

/// Distance of two steps' parameters in their buffer: WebGPU's default `minUniformBufferOffsetAlignment`.
const PARAMS_STRIDE: usize = 256;

pub struct Prepared {
    plan: Rc<Plan>,
    /// By slot; views share their root's.
    buffers: Vec<wgpu::Buffer>,
    dispatches: Vec<Dispatch>,
}

impl Prepared {
    pub(in crate::device) async fn new(
        device: &GpuDevice,
        plan: Rc<Plan>,
        bank: &Bank,
    ) -> Result<Self, DeviceError> {
        let buffers = device.verified(|| allocate(device, &plan, bank)).await??;
        let variants = super::choices::choose(device, &plan, &buffers).await?;
        let dispatches = device.verified(|| bind(device, &plan.steps, &buffers, &variants)).await?;
        Ok(Prepared { plan, buffers, dispatches })
    }

    pub(in crate::device) fn plan(&self) -> &Plan {
        &self.plan
    }

    fn find(&self, name: &str) -> SlotId {
        self.plan.find(name).unwrap_or_else(|| panic!("the plan has no slot `{name}`"))
    }

    pub(in crate::device) fn write(&self, device: &GpuDevice, name: &str, tensor: &HostTensor) {
        let id = self.find(name);
        let slot = self.plan.slot(id);
        assert_eq!((&slot.shape, slot.dtype), (&tensor.shape, tensor.dtype()), "input `{name}`");
        device.queue.write_buffer(&self.buffers[id.index()], 0, bytemuck::cast_slice(tensor.words()));
    }

    pub(in crate::device) fn run(&self, device: &GpuDevice, steps: Range<usize>) -> Result<(), DeviceError> {
        device.submit(self.dispatches[steps].iter());
        device.check()
    }

    pub(in crate::device) async fn read(
        &self,
        device: &GpuDevice,
        name: &str,
    ) -> Result<HostTensor, DeviceError> {
        let id = self.find(name);
        let (slot, buffer) = (self.plan.slot(id), &self.buffers[id.index()]);
        let words = device.download(buffer, buffer.size()).await?;
        Ok(HostTensor::from_words(slot.shape.clone(), slot.dtype, &words))
    }
}

fn allocate(device: &GpuDevice, plan: &Plan, bank: &Bank) -> Result<Vec<wgpu::Buffer>, DeviceError> {
    let mut buffers: Vec<wgpu::Buffer> = Vec::with_capacity(plan.slots.len());
    for slot in &plan.slots {
        buffers.push(match (slot.view_of, slot.kind) {
            (Some(root), _) => buffers[root.index()].clone(),
            (None, SlotKind::Stored) => bank.buffer(slot)?,
            (None, _) => device.allocate(&slot.name, slot.shape.numel())?,
        });
    }
    Ok(buffers)
}

/// The steps as dispatches of the given variants, their parameters side by side in one uniform buffer.
pub(super) fn bind(
    device: &GpuDevice,
    steps: &[Step],
    buffers: &[wgpu::Buffer],
    variants: &[&'static Variant],
) -> Vec<Dispatch> {
    let mut contents = vec![0; PARAMS_STRIDE * steps.len()];
    for (step, place) in steps.iter().zip(contents.chunks_mut(PARAMS_STRIDE)) {
        let bytes: &[u8] = bytemuck::cast_slice(&step.params);
        place[..bytes.len()].copy_from_slice(bytes);
    }
    let params = device.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("params"),
        contents: &contents,
        usage: wgpu::BufferUsages::UNIFORM,
    });
    let dispatch = |(i, (step, variant)): (usize, (&Step, &&'static Variant))| {
        let storage: Vec<_> = step.slots.iter().map(|id| &buffers[id.index()]).collect();
        let bytes = (4 * step.params.len() as u64).next_multiple_of(16);
        let at = ParamsAt { buffer: &params, offset: (i * PARAMS_STRIDE) as u64, bytes };
        Dispatch::new(device, step.kernel, variant, &storage, &step.params, &at)
    };
    steps.iter().zip(variants).enumerate().map(dispatch).collect()
}
