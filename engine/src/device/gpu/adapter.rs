//! Finding an adapter and opening a device with WebGPU's default limits.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;

/// What tells one adapter from another, for users.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdapterInfo {
    /// By the driver; in browsers vendor and architecture.
    pub name: String,
    /// `vulkan`, `metal`, `dx12` or `webgpu`.
    pub backend: String,
    /// Name and version of the driver; empty in browsers, which keep them to themselves.
    pub driver: String,
    /// Whether the adapter computes on the CPU.
    pub is_software: bool,
}

/// Opens the fastest adapter. The limits are WebGPU's defaults natively too, so that a native run fails where a
/// browser would.
pub(super) async fn open() -> Result<(wgpu::Device, wgpu::Queue, AdapterInfo), DeviceError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let adapter =
        instance.request_adapter(&options).await.map_err(|e| DeviceError::NoAdapter(e.to_string()))?;
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("triptych"),
        required_limits: wgpu::Limits::default(),
        ..Default::default()
    };
    let (device, queue) =
        adapter.request_device(&descriptor).await.map_err(|e| DeviceError::NoAdapter(e.to_string()))?;
    let info = describe(&device, &adapter.get_info());
    Ok((device, queue, info))
}

fn describe(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> AdapterInfo {
    let name = if info.name.is_empty() { browser_name(device) } else { info.name.clone() };
    let software_names = ["swiftshader", "llvmpipe", "lavapipe", "basic render"];
    let is_software = info.device_type == wgpu::DeviceType::Cpu
        || software_names.iter().any(|software| name.to_lowercase().contains(software));
    let driver = format!("{} {}", info.driver, info.driver_info).trim().to_string();
    AdapterInfo { name, backend: info.backend.to_str().to_string(), driver, is_software }
}

#[cfg(not(target_arch = "wasm32"))]
fn browser_name(_: &wgpu::Device) -> String {
    "unnamed adapter".to_string()
}

/// Browsers keep the description to themselves but tell vendor and architecture.
#[cfg(target_arch = "wasm32")]
fn browser_name(device: &wgpu::Device) -> String {
    use wasm_bindgen::JsValue;
    let read = |object: &JsValue, key: &str| js_sys::Reflect::get(object, &key.into()).ok();
    let info = device.as_webgpu().and_then(|device| read(device.as_ref(), "adapterInfo"));
    let words =
        ["vendor", "architecture", "device"].iter().filter_map(|key| read(info.as_ref()?, key)?.as_string());
    let name: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    if name.is_empty() { "unnamed adapter".to_string() } else { name.join(" ") }
}
