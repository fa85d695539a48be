//! The WebGPU device: replays a plan as one compute pass.

mod adapter;
mod bank;
mod choices;
mod device;
mod dispatch;
mod measure;
mod pipeline;
mod prepared;

pub use adapter::AdapterInfo;
pub(super) use bank::Bank;
pub use choices::Choices;
pub use device::GpuDevice;
pub(super) use prepared::Prepared;
