//! Which device computes: what was asked for, or the faster by a short trial.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::compiled_plan::mean_ms;
use super::{AdapterInfo, CpuDevice, Device, DeviceError, GpuDevice, KernelTuning};
use crate::kernel::Access;
use crate::layout::Layout;
use crate::plan::{Plan, SlotKind};
use crate::tensor::HostTensor;

/// Which device to choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The faster one.
    #[default]
    Auto,
    /// The CPU, whatever else is there.
    Cpu,
    /// A WebGPU adapter, be it a software one.
    Gpu,
}

/// The device that computes, and why.
pub struct Selection {
    /// Ready for plans.
    pub device: Device,
    /// The adapter that was found, whether or not it is used; nobody looks for one when the CPU is asked for.
    pub adapter: Option<AdapterInfo>,
    /// One sentence for the user.
    pub reason: String,
    /// What the trial took on both devices, where there was one.
    pub trial: Option<Trial>,
    /// What the adapter has measured of itself in the trial, to be kept for the next visit.
    pub measurements: Option<KernelTuning>,
}

/// Milliseconds for the same work.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trial {
    /// By the fast CPU forms.
    pub cpu: f64,
    /// By WebGPU, up to the result in host memory.
    pub gpu: f64,
}

const CPU: Device = Device::Cpu(CpuDevice { exact: false });

/// Chooses by `choice`. The automatic choice runs what `probe` returns, a plan like those to come with matrices in the layout
/// that a device prefers, a few times on both devices with weights of zero. `known` is what an earlier visit measured.
///
/// # Errors
/// [`DeviceError::NoAdapter`] where a GPU was asked for and there is none; the automatic choice never fails, because the CPU
/// remains.
pub async fn select(
    choice: BackendChoice,
    probe: impl Fn(Layout) -> Rc<Plan>,
    known: Option<KernelTuning>,
) -> Result<Selection, DeviceError> {
    let cpu = |adapter, reason| Selection { device: CPU, adapter, reason, trial: None, measurements: None };
    if choice == BackendChoice::Cpu {
        return Ok(cpu(None, "The CPU was asked for.".to_string()));
    }
    let found =
        GpuDevice::request().await.inspect(|gpu| known.into_iter().for_each(|known| gpu.restore(known)));
    match (found, choice) {
        (Err(error), BackendChoice::Auto) => Ok(cpu(None, format!("The CPU computes: {error}."))),
        (Err(error), _) => Err(error),
        (Ok(gpu), BackendChoice::Auto) => {
            let adapter = gpu.info().clone();
            let fallback = adapter.clone();
            let tried = race(gpu, adapter, &probe).await;
            Ok(tried.unwrap_or_else(|error| cpu(Some(fallback), format!("The CPU computes: {error}."))))
        }
        (Ok(gpu), _) => {
            let adapter = Some(gpu.info().clone());
            let reason = "The GPU was asked for.".to_string();
            Ok(Selection { device: Device::Gpu(gpu), adapter, reason, trial: None, measurements: None })
        }
    }
}

async fn race(
    gpu: GpuDevice,
    adapter: AdapterInfo,
    probe: &impl Fn(Layout) -> Rc<Plan>,
) -> Result<Selection, DeviceError> {
    let gpu = Device::Gpu(gpu);
    let time = async |device: &Device| milliseconds(device, probe(device.layout())).await;
    let trial = Trial { gpu: time(&gpu).await?, cpu: time(&CPU).await? };
    let measurements = gpu.take_measurements();
    let kind = if adapter.is_software { "computes on the CPU itself" } else { "is a graphics processor" };
    let gpu_wins = trial.gpu <= trial.cpu;
    let (verdict, device) = if gpu_wins { ("so WebGPU computes", gpu) } else { ("so the CPU computes", CPU) };
    let reason = format!(
        "The adapter {} {kind}; a trial took {:.1} ms by WebGPU and {:.1} ms by our CPU kernels, {verdict}.",
        adapter.name, trial.gpu, trial.cpu
    );
    Ok(Selection { device, adapter: Some(adapter), reason, trial: Some(trial), measurements })
}

/// Browsers' clocks tell tenths of a millisecond: quicker runs are repeated for so long.
const TICK_MS: f64 = 1.0;

/// The least time of a few warm runs of `plan` in milliseconds, with weights of zero, up to its last result in host memory.
///
/// # Errors
/// Those of compiling, running and reading the plan.
pub async fn milliseconds(device: &Device, plan: Rc<Plan>) -> Result<f64, DeviceError> {
    let mut params = device.param_store();
    for slot in plan.slots_of(SlotKind::Stored) {
        params.store(&slot.name, &HostTensor::zeros(slot.shape.clone()))?;
    }
    let compiled = params.compile(plan.clone()).await?;
    let last = plan.steps.last().and_then(|step| step.slots_with(Access::Write).next());
    let result = &plan.slot(last.expect("a plan worth timing has a result")).name;
    let mut least = f64::INFINITY;
    // The first run pages in and does not count.
    for run in 0..4 {
        let once = async || {
            compiled.run(plan.all())?;
            compiled.read(result).await.map(drop)
        };
        let ms = mean_ms(TICK_MS, once).await?;
        if run > 0 {
            least = least.min(ms);
        }
    }
    Ok(least)
}
