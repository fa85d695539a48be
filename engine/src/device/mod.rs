//! Devices replay plans. Nothing above this layer knows wgpu, and nothing here knows what attention is.

mod bank;
mod cpu;
mod error;
mod gpu;
mod prepared;
mod select;

pub use bank::Bank;
pub use cpu::CpuDevice;
pub use error::DeviceError;
pub use gpu::{AdapterInfo, Choices, GpuDevice};
pub use prepared::Prepared;
pub use select::{Preference, Selection, Trial, milliseconds, select};

use crate::layout::Layout;

/// Something that replays plans: the CPU or a WebGPU adapter.
#[derive(Clone)]
pub enum Device {
    Cpu(CpuDevice),
    Gpu(GpuDevice),
}

impl Device {
    /// What a GPU has measured of itself since this was last asked, to be kept for the next visit.
    pub fn news(&self) -> Option<Choices> {
        match self {
            Device::Cpu(_) => None,
            Device::Gpu(gpu) => gpu.news(),
        }
    }

    /// How f32 matrices of linear maps are best stored: on a CPU so that products need not turn them, in WebAssembly so that
    /// they need not even be packed.
    pub fn layout(&self) -> Layout {
        match self {
            Device::Gpu(_) => Layout::Rows,
            Device::Cpu(_) if cfg!(target_arch = "wasm32") => Layout::Panels,
            Device::Cpu(_) => Layout::Columns,
        }
    }

    /// An empty bank on this device.
    pub fn bank(&self) -> Bank {
        match self {
            Device::Cpu(cpu) => Bank::Cpu(cpu::Bank::new(*cpu)),
            Device::Gpu(gpu) => Bank::Gpu(gpu::Bank::new(gpu.clone())),
        }
    }
}
