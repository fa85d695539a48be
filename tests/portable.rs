//! Tests with one body for this machine and for the browser.
//!
//! Natively `main` runs every case; in the browser `e2e/portable.test.mjs` asks a worker for the names and runs each
//! by its name. A case fails by panicking. Add one by listing it in `CASES`.

use std::future::Future;
use std::pin::Pin;

type Body = fn() -> Pin<Box<dyn Future<Output = ()>>>;

/// Names (unique) and bodies.
const CASES: &[(&str, Body)] =
    &[("gpu adapter grants a device with WebGPU's default limits", || Box::pin(adapter()))];

async fn adapter() {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance.request_adapter(&Default::default()).await.expect("a WebGPU or Vulkan adapter");
    let descriptor =
        wgpu::DeviceDescriptor { required_limits: wgpu::Limits::default(), ..Default::default() };
    let (device, _queue) = adapter.request_device(&descriptor).await.expect("a device with default limits");
    assert!(device.limits().max_storage_buffers_per_shader_stage >= 8);
}

/// Runs the cases whose names contain any of the words on the command line; all of them without a word.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen =
        CASES.iter().filter(|(name, _)| words.is_empty() || words.iter().any(|word| name.contains(word)));
    let mut failures = 0;
    for (name, body) in chosen {
        let passed = std::panic::catch_unwind(|| pollster::block_on(body())).is_ok();
        println!("portable: {name} ... {}", if passed { "ok" } else { "FAILED" });
        failures += u8::from(!passed);
    }
    std::process::ExitCode::from(failures.min(1))
}

#[cfg(target_arch = "wasm32")]
fn main() {
    std::panic::set_hook(Box::new(|panic| browser::report(&panic.to_string())));
}

/// What the worker of `e2e/portable.test.mjs` calls.
#[cfg(target_arch = "wasm32")]
mod browser {
    use super::CASES;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        /// Receives a panic's message, because the trap that follows carries none.
        #[wasm_bindgen(js_name = reportPanic)]
        pub fn report(message: &str);
    }

    #[wasm_bindgen]
    pub fn names() -> Vec<String> {
        CASES.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    #[wasm_bindgen]
    pub async fn run(name: String) {
        let (_, body) = CASES.iter().find(|(known, _)| *known == name).expect("a name from `names`");
        body().await;
    }
}
