//! Measuring the variants of a kernel, once per adapter, kernel and size class.

use web_time::Instant;

use super::device::GpuDevice;
use super::dispatch::{Dispatch, bind, submit};
use crate::device::DeviceError;
use crate::kernel::{Access, Variant};
use crate::plan::{Plan, Step};

/// The variant for each step, measured where it is not known yet.
pub(super) async fn choose(
    device: &GpuDevice,
    plan: &Plan,
    buffers: &[wgpu::Buffer],
) -> Result<Vec<&'static Variant>, DeviceError> {
    let mut chosen = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let known = match step.kernel.variants {
            [only] => Some(only),
            _ => device.tuning.borrow().find(plan, step),
        };
        let variant = match known {
            Some(variant) => variant,
            None => {
                let variant = measure(device, plan, step, buffers).await?;
                device.tuning.borrow_mut().add(plan, step, variant);
                variant
            }
        };
        chosen.push(variant);
    }
    Ok(chosen)
}

/// Seconds that one measurement should take, so that the clock's grain (0.1 ms in browsers) matters little.
const LONG_ENOUGH: f64 = 0.004;

/// A variant that is this many times slower when run once is not measured further.
const HOPELESS: f64 = 3.0;

async fn measure(
    device: &GpuDevice,
    plan: &Plan,
    step: &Step,
    buffers: &[wgpu::Buffer],
) -> Result<&'static Variant, DeviceError> {
    let buffers = with_scratch(device, plan, step, buffers)?;
    let mut best: Option<(f64, &'static Variant)> = None;
    for variant in step.kernel.variants {
        let work = || bind(device, std::slice::from_ref(step), &buffers, &[variant]);
        let dispatch = device.verified(work).await?;
        // The first run compiles and pages in.
        time(device, &dispatch[0], 1).await?;
        let once = time(device, &dispatch[0], 1).await?;
        if best.is_some_and(|(seconds, _)| once > HOPELESS * seconds && once > LONG_ENOUGH) {
            continue;
        }
        let repeats = (LONG_ENOUGH / once).clamp(1.0, 64.0) as usize;
        let seconds = time(device, &dispatch[0], repeats).await? / repeats as f64;
        if best.is_none_or(|(least, _)| seconds < least) {
            best = Some((seconds, variant));
        }
    }
    Ok(best.unwrap_or_else(|| panic!("{} has no WGSL variant", step.kernel.name)).1)
}

/// The plan's buffers with those that the step writes replaced, so that measuring changes no stored tensor.
fn with_scratch(
    device: &GpuDevice,
    plan: &Plan,
    step: &Step,
    buffers: &[wgpu::Buffer],
) -> Result<Vec<wgpu::Buffer>, DeviceError> {
    let mut buffers = buffers.to_vec();
    for id in step.slots_with(Access::Write) {
        buffers[id.index()] = device.allocate("scratch", plan.slot(id).shape.numel())?;
    }
    Ok(buffers)
}

/// Seconds from submission to completion.
async fn time(device: &GpuDevice, dispatch: &Dispatch, repeats: usize) -> Result<f64, DeviceError> {
    let start = Instant::now();
    submit(device, std::iter::repeat_n(dispatch, repeats));
    device.finish().await?;
    Ok(start.elapsed().as_secs_f64())
}
