//! Devices and models for the commands.

use super::{Backend, CliError};
use crate::device::{CpuDevice, Device};

/// The device that the caller wants.
pub fn choose_device(backend: Backend) -> Result<Device, CliError> {
    match backend {
        Backend::Auto | Backend::Cpu => Ok(Device::Cpu(CpuDevice { exact: false })),
        Backend::Gpu => Err(CliError::input("no WebGPU adapter")),
    }
}
