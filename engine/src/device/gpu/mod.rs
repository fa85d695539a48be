//! The WebGPU device: replays a plan as one compute pass.

mod adapter;
mod compiled_plan;
mod device;
mod dispatch;
mod measure;
mod param_store;
mod pipeline;
mod tuning;

pub use adapter::AdapterInfo;
pub(super) use compiled_plan::CompiledPlan;
pub use device::GpuDevice;
pub(super) use param_store::ParamStore;
pub use tuning::KernelTuning;
