//! What both devices promise beyond the kernels: parameter stores, views, ranges, errors, equal bits.

use std::rc::Rc;

use super::{Case, cases};
use triptych::device::{CpuDevice, Device, DeviceError, GpuDevice, ParamStore};
use triptych::kernel::{Access, Args, Field, Kernel, Variant};
use triptych::ops::case::noise;
use triptych::ops::matmul::{Transpose, matmul};
use triptych::plan::{Plan, PlanBuilder, fill};
use triptych::tensor::{DType, HostTensor};

pub(crate) fn cases() -> Vec<Case> {
    cases![
        the_adapter_grants_a_device_with_the_default_limits_of_webgpu,
        plans_share_their_param_store_and_ranges_run_alone,
        missing_and_misshapen_weights_are_errors,
        a_buffer_beyond_the_limits_is_an_error,
        a_shader_that_the_adapter_refuses_is_an_error,
        equal_inputs_give_equal_bits_on_one_device,
    ]
}

async fn the_adapter_grants_a_device_with_the_default_limits_of_webgpu() {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance.request_adapter(&Default::default()).await.expect("a WebGPU or Vulkan adapter");
    let descriptor =
        wgpu::DeviceDescriptor { required_limits: wgpu::Limits::default(), ..Default::default() };
    let (device, _queue) = adapter.request_device(&descriptor).await.expect("a device with default limits");
    assert!(device.limits().max_storage_buffers_per_shader_stage >= 8);
}

pub(crate) async fn gpu() -> GpuDevice {
    GpuDevice::request().await.expect("a GPU adapter, be it a software one")
}

async fn devices() -> [Device; 3] {
    [
        Device::Cpu(CpuDevice { exact: true }),
        Device::Cpu(CpuDevice { exact: false }),
        Device::Gpu(gpu().await),
    ]
}

pub(crate) fn f32s(values: &[f32]) -> HostTensor {
    HostTensor::f32([values.len()], values.to_vec())
}

const COUNTS: &str = "
    struct Params { count: u32 }
    @group(0) @binding(0) var<storage, read_write> y: array<f32>;
    @group(0) @binding(1) var<uniform> params: Params;
    @compute @workgroup_size(64)
    fn forward(@builtin(local_invocation_index) i: u32) { if i < params.count { y[i] += 1.0; } }";

/// `y += 1`, for up to 64 elements.
pub(crate) static COUNT: Kernel = Kernel {
    name: "count.forward",
    bindings: &[("y", Access::Write)],
    params: &[Field::of::<u32>("count")],
    variants: &[
        Variant { name: "one", source: &[COUNTS], entry: "forward", grid: |_| [1, 1, 1] },
        Variant { name: "two", source: &[COUNTS], entry: "forward", grid: |_| [1, 1, 1] },
    ],
    cpu: |args: &mut Args| args.write[0].iter_mut().for_each(|y| *y += 1.0),
    fast: None,
};

fn counting() -> Rc<Plan> {
    let mut b = PlanBuilder::new();
    let (total, runs) = (b.stored("total", [3]), b.named_temp("runs", [2]));
    b.range("start", |b| fill::fill(b, runs, 0.0));
    b.range("count", |b| {
        b.emit(&COUNT, &[total], vec![3]);
        b.emit(&COUNT, &[runs], vec![2]);
    });
    let view = b.reshape(runs, [1, 2]);
    b.name(view, "runs_as_row");
    Rc::new(b.finish())
}

async fn plans_share_their_param_store_and_ranges_run_alone() {
    for device in devices().await {
        let mut params = device.param_store();
        params.store("total", &f32s(&[1.0, 2.0, 3.0])).unwrap();
        let first = params.compile(counting()).await.unwrap();
        let second = params.compile(counting()).await.unwrap();
        for (compiled, range) in
            [(&first, "start"), (&first, "count"), (&second, "start"), (&second, "count"), (&second, "count")]
        {
            compiled.run(compiled.plan().range(range)).unwrap();
        }
        assert_eq!(params.read("total").await.unwrap(), f32s(&[4.0, 5.0, 6.0]));
        assert_eq!(first.read("runs").await.unwrap(), f32s(&[1.0, 1.0]));
        assert_eq!(second.read("runs_as_row").await.unwrap(), HostTensor::f32([1, 2], vec![2.0, 2.0]));
        params.store("total", &f32s(&[0.5, 0.5, 0.5])).unwrap();
        first.run(first.plan().range("count")).unwrap();
        assert_eq!(params.read("total").await.unwrap(), f32s(&[1.5, 1.5, 1.5]));
    }
}

async fn missing_and_misshapen_weights_are_errors() {
    for device in devices().await {
        let mut params = device.param_store();
        let compiled = async |params: &ParamStore| params.compile(counting()).await.map(drop);
        assert!(matches!(compiled(&params).await, Err(DeviceError::Missing { name }) if name == "total"));
        assert!(params.read("total").await.is_err());
        params.store("total", &f32s(&[1.0, 2.0])).unwrap();
        let message = compiled(&params).await.unwrap_err().to_string();
        assert_eq!(message, "`total` has shape [2], expected [3]");
    }
}

async fn a_buffer_beyond_the_limits_is_an_error() {
    let device = Device::Gpu(gpu().await);
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [1 << 26]);
    fill::fill(&mut b, y, 1.0);
    let compiled = device.param_store().compile(Rc::new(b.finish())).await.map(drop);
    assert!(matches!(compiled, Err(DeviceError::TooLarge { bytes: 268_435_456, limit: 134_217_728, .. })));
}

async fn a_shader_that_the_adapter_refuses_is_an_error() {
    static BROKEN: Kernel = Kernel {
        name: "broken.forward",
        params: &[Field::of::<u32>("count")],
        variants: &[Variant {
            name: "one",
            source: &["fn forward() {"],
            entry: "forward",
            grid: |_| [1, 1, 1],
        }],
        ..COUNT
    };
    let device = Device::Gpu(gpu().await);
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [3]);
    b.emit(&BROKEN, &[y], vec![3]);
    let compiled = device.param_store().compile(Rc::new(b.finish())).await.map(drop);
    assert!(matches!(compiled, Err(DeviceError::Gpu(_))), "{compiled:?}");
}

pub(crate) fn product(side: usize) -> Rc<Plan> {
    let mut b = PlanBuilder::new();
    let x = b.input("x", [side, side], DType::F32);
    let w = b.param("w", [side, side]);
    let y = matmul(&mut b, x, w, Transpose::default());
    b.name(y, "y");
    Rc::new(b.finish())
}

async fn equal_inputs_give_equal_bits_on_one_device() {
    for device in devices().await {
        let mut params = device.param_store();
        params.store("w", &noise(&[65, 65], 1.0, 1)).unwrap();
        let run = async || {
            let compiled = params.compile(product(65)).await.unwrap();
            compiled.write("x", &noise(&[65, 65], 1.0, 2));
            compiled.run(compiled.plan().all()).unwrap();
            compiled.read("y").await.unwrap()
        };
        assert_eq!(run().await.words(), run().await.words());
    }
}
