//! Dispatches: steps of a plan as WebGPU objects.

use std::rc::Rc;

use wgpu::util::DeviceExt;

use super::device::GpuDevice;
use super::pipeline::Pipeline;
use crate::kernel::{Kernel, Variant};
use crate::plan::Step;

/// Distance of two steps' parameters in their buffer: WebGPU's default `minUniformBufferOffsetAlignment`.
const PARAMS_STRIDE: usize = 256;

/// A step, ready to be encoded.
pub(super) struct Dispatch {
    pipeline: Rc<Pipeline>,
    bindings: wgpu::BindGroup,
    grid: [u32; 3],
}

/// Where a step's parameters stand: a range of a uniform buffer.
struct ParamsAt<'a> {
    buffer: &'a wgpu::Buffer,
    offset: u64,
    bytes: u64,
}

impl Dispatch {
    /// `storage` follows the kernel's bindings; `words` are the parameters that `params` holds.
    fn new(
        device: &GpuDevice,
        kernel: &'static Kernel,
        variant: &'static Variant,
        storage: &[&wgpu::Buffer],
        words: &[u32],
        params: &ParamsAt,
    ) -> Self {
        let pipeline = device.pipeline(kernel, variant);
        let mut entries: Vec<wgpu::BindGroupEntry> = Vec::with_capacity(storage.len() + 1);
        for (binding, buffer) in storage.iter().enumerate() {
            let resource = buffer.as_entire_binding();
            entries.push(wgpu::BindGroupEntry { binding: binding as u32, resource });
        }
        let uniform = wgpu::BufferBinding {
            buffer: params.buffer,
            offset: params.offset,
            size: wgpu::BufferSize::new(params.bytes),
        };
        let resource = wgpu::BindingResource::Buffer(uniform);
        entries.push(wgpu::BindGroupEntry { binding: storage.len() as u32, resource });
        let bindings = device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &pipeline.layout,
            entries: &entries,
        });
        Dispatch { pipeline, bindings, grid: (variant.grid)(words) }
    }

    fn encode(&self, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&self.pipeline.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        let [x, y, z] = self.grid;
        pass.dispatch_workgroups(x, y, z);
    }
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

/// Submits the dispatches in order, in one pass.
pub(super) fn submit<'a>(device: &GpuDevice, dispatches: impl Iterator<Item = &'a Dispatch>) {
    let mut encoder = device.device.create_command_encoder(&Default::default());
    {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        dispatches.for_each(|dispatch| dispatch.encode(&mut pass));
    }
    device.queue.submit([encoder.finish()]);
}
