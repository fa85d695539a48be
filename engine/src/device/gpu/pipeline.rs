//! Kernels as compute pipelines.

use crate::kernel::{Access, Kernel, Variant};

/// A variant of a kernel, compiled; its bind groups follow the kernel's bindings, the parameters come last.
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

impl Pipeline {
    pub(super) fn new(device: &wgpu::Device, kernel: &Kernel, variant: &Variant) -> Self {
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
}

fn layout_entry(ty: wgpu::BufferBindingType, binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
