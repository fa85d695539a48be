//! Pipelines and dispatches: a step of a plan as WebGPU objects.

use std::rc::Rc;

use super::GpuDevice;
use crate::kernel::{Access, Kernel, Variant};

/// A variant of a kernel, compiled; its bind groups follow the kernel's bindings, the parameters come last.
pub struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

/// A step, ready to be encoded.
pub struct Dispatch {
    pipeline: Rc<Pipeline>,
    bindings: wgpu::BindGroup,
    grid: [u32; 3],
}

/// Where a step's parameters stand: a range of a uniform buffer.
pub struct ParamsAt<'a> {
    pub buffer: &'a wgpu::Buffer,
    pub offset: u64,
    pub bytes: u64,
}

impl Dispatch {
    /// `storage` follows the kernel's bindings; `words` are the parameters that `params` holds.
    pub fn new(
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

    pub fn encode(&self, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&self.pipeline.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        let [x, y, z] = self.grid;
        pass.dispatch_workgroups(x, y, z);
    }
}

impl GpuDevice {
    fn pipeline(&self, kernel: &'static Kernel, variant: &'static Variant) -> Rc<Pipeline> {
        let mut pipelines = self.pipelines.borrow_mut();
        let entry = pipelines.entry((kernel.name, variant.name));
        entry.or_insert_with(|| Rc::new(compile(&self.device, kernel, variant))).clone()
    }
}

fn compile(device: &wgpu::Device, kernel: &Kernel, variant: &Variant) -> Pipeline {
    let label = Some(kernel.name);
    let storage = kernel
        .bindings
        .iter()
        .map(|(_, access)| wgpu::BufferBindingType::Storage { read_only: *access == Access::Read });
    let types = storage.chain([wgpu::BufferBindingType::Uniform]);
    let entries: Vec<_> = types.zip(0..).map(|(ty, binding)| layout_entry(ty, binding)).collect();
    let layout =
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let source = wgpu::ShaderSource::Wgsl(variant.wgsl().into());
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some(variant.entry),
        compilation_options: Default::default(),
        cache: None,
    });
    Pipeline { pipeline, layout }
}

fn layout_entry(ty: wgpu::BufferBindingType, binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
