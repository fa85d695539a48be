//! Which variant of a kernel runs: measured once per adapter, kernel and size class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use web_time::Instant;

use super::prepared::bind;
use super::{AdapterInfo, Dispatch, GpuDevice};
use crate::device::DeviceError;
use crate::kernel::{Access, Variant};
use crate::plan::{Plan, Step};

/// The fastest variants on one adapter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choices {
    adapter: String,
    /// Variant names by [`key`].
    fastest: BTreeMap<String, String>,
}

impl Choices {
    pub(super) fn new(adapter: &AdapterInfo) -> Self {
        Choices { adapter: adapter.name.clone(), fastest: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.fastest.len()
    }

    pub(super) fn is_for(&self, adapter: &AdapterInfo) -> bool {
        self.adapter == adapter.name
    }

    fn find(&self, plan: &Plan, step: &Step) -> Option<&'static Variant> {
        let name = self.fastest.get(&key(plan, step))?;
        step.kernel.variants.iter().find(|variant| variant.name == name)
    }
}

/// Kernel and size class: the binary logarithms of the bound slots' sizes.
fn key(plan: &Plan, step: &Step) -> String {
    let class = |id| plan.slot(id).shape.numel().next_power_of_two().ilog2().to_string();
    let classes: Vec<String> = step.slots.iter().copied().map(class).collect();
    format!("{} {}", step.kernel.name, classes.join("."))
}

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
            _ => device.choices.borrow().find(plan, step),
        };
        let variant = match known {
            Some(variant) => variant,
            None => {
                let variant = measure(device, plan, step, buffers).await?;
                let (key, name) = (key(plan, step), variant.name.to_string());
                device.choices.borrow_mut().fastest.insert(key, name);
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
    device.submit(std::iter::repeat_n(dispatch, repeats));
    device.finish().await?;
    Ok(start.elapsed().as_secs_f64())
}
