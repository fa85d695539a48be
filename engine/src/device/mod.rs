//! Devices replay plans: a [`Device`] makes a [`ParamStore`] of weights, which compiles a plan to what can be run. Nothing above
//! this layer knows wgpu, and nothing here knows what attention is.

mod compiled_plan;
mod cpu;
mod error;
mod gpu;
mod param_store;
mod select;

pub use compiled_plan::CompiledPlan;
pub use cpu::CpuDevice;
pub use error::DeviceError;
pub use gpu::{AdapterInfo, GpuDevice, KernelTuning};
pub use param_store::ParamStore;
pub use select::{BackendChoice, Selection, Trial, milliseconds, select};

use crate::layout::Layout;

/// Something that replays plans: the CPU or a WebGPU adapter. A clone is the same device.
///
/// ```
/// use std::rc::Rc;
/// use triptych_engine::device::{CpuDevice, Device};
/// use triptych_engine::ops::linear::linear;
/// use triptych_engine::plan::PlanBuilder;
/// use triptych_engine::tensor::{DType, HostTensor};
///
/// let mut b = PlanBuilder::new();
/// let (x, weight) = (b.input("x", [1, 2], DType::F32), b.weight("weight", [1, 2]));
/// let y = linear(&mut b, x, weight, None, None); // y[1,1] = x weight^T
/// b.name(y, "y");
/// let plan = Rc::new(b.finish());
///
/// # pollster::block_on(async {
/// let mut params = Device::Cpu(CpuDevice { exact: false }).param_store();
/// params.store("weight", &HostTensor::f32([1, 2], vec![3.0, 4.0]))?;
/// let compiled = params.compile(plan.clone()).await?;
/// compiled.write("x", &HostTensor::f32([1, 2], vec![10.0, 1.0]));
/// compiled.run(plan.all())?;
/// assert_eq!(compiled.read("y").await?.as_f32(), [34.0]);
/// # Ok::<(), triptych_engine::device::DeviceError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub enum Device {
    /// This machine's processor, all cores of it; one in WebAssembly.
    Cpu(CpuDevice),
    /// WebGPU, be it by a software adapter.
    Gpu(GpuDevice),
}

impl Device {
    /// What a GPU has measured of itself since this was last asked, to be kept for the next visit.
    pub fn take_measurements(&self) -> Option<KernelTuning> {
        match self {
            Device::Cpu(_) => None,
            Device::Gpu(gpu) => gpu.take_measurements(),
        }
    }

    /// How f32 matrices of linear maps are best stored in plans for inference: on a CPU so that products need not
    /// turn them, in WebAssembly so that they need not even be packed.
    pub fn layout(&self) -> Layout {
        match self {
            Device::Gpu(_) => Layout::Rows,
            Device::Cpu(_) if cfg!(target_arch = "wasm32") => Layout::Panels,
            Device::Cpu(_) => Layout::Columns,
        }
    }

    /// An empty parameter store on this device.
    pub fn param_store(&self) -> ParamStore {
        match self {
            Device::Cpu(cpu) => ParamStore::Cpu(cpu::ParamStore::new(*cpu)),
            Device::Gpu(gpu) => ParamStore::Gpu(gpu::ParamStore::new(gpu.clone())),
        }
    }
}
