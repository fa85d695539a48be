//! Plans on a device.

use std::ops::Range;

use web_time::Instant;

use super::{DeviceError, cpu, gpu};
use crate::kernel::Access;
use crate::plan::{Plan, SlotKind};
use crate::tensor::{Data, HostTensor, first_not_finite};

/// A plan with its buffers (and, on a GPU, pipelines and bind groups) on a device, made by
/// [`ParamStore::compile`](super::ParamStore::compile).
pub enum CompiledPlan {
    /// Runs when it is called.
    Cpu(cpu::CompiledPlan),
    /// Runs are submitted and go on by themselves.
    Gpu(gpu::CompiledPlan),
}

impl CompiledPlan {
    /// What is replayed.
    pub fn plan(&self) -> &Plan {
        match self {
            CompiledPlan::Cpu(compiled) => compiled.plan(),
            CompiledPlan::Gpu(compiled) => compiled.plan(),
        }
    }

    /// Writes an input slot by name. A wrong name or shape is a bug of the caller.
    pub fn write(&self, name: &str, tensor: &HostTensor) {
        match self {
            CompiledPlan::Cpu(compiled) => compiled.write(name, tensor),
            CompiledPlan::Gpu(compiled) => compiled.write(name, tensor),
        }
    }

    /// Replays a range of the plan's steps, on a GPU as one compute pass.
    ///
    /// # Errors
    /// What went wrong on a GPU since the last call.
    pub fn run(&self, steps: Range<usize>) -> Result<(), DeviceError> {
        match self {
            CompiledPlan::Cpu(compiled) => {
                compiled.run(steps);
                Ok(())
            }
            CompiledPlan::Gpu(compiled) => compiled.run(steps),
        }
    }

    /// Waits until all that was run is done; a CPU is done when it returns.
    ///
    /// # Errors
    /// What went wrong on a GPU.
    pub async fn finish(&self) -> Result<(), DeviceError> {
        match self {
            CompiledPlan::Cpu(_) => Ok(()),
            CompiledPlan::Gpu(compiled) => compiled.finish().await,
        }
    }

    /// Reads any slot of the plan by name, as the last run left it. A wrong name is a bug of the caller.
    ///
    /// # Errors
    /// What went wrong on a GPU.
    pub async fn read(&self, name: &str) -> Result<HostTensor, DeviceError> {
        match self {
            CompiledPlan::Cpu(compiled) => Ok(compiled.read(name)),
            CompiledPlan::Gpu(compiled) => compiled.read(name).await,
        }
    }

    /// As [`CompiledPlan::read`], of a result whose numbers are finite: otherwise the run is repeated step by step, and the error
    /// names the first step that made one which is not.
    ///
    /// # Errors
    /// [`DeviceError::NotFinite`], and those of [`CompiledPlan::run`] and [`CompiledPlan::read`].
    pub async fn read_finite(&self, name: &str) -> Result<HostTensor, DeviceError> {
        let result = self.read(name).await?;
        let Some((index, found)) = not_finite(&result) else { return Ok(result) };
        let (plan, mut first) = (self.plan(), (name.to_string(), "an earlier run"));
        'steps: for (i, step) in plan.steps.iter().enumerate() {
            self.run(i..i + 1)?;
            for slot in step.slots_with(Access::Write).map(|id| plan.slot(id)) {
                if slot.kind == SlotKind::Temp && not_finite(&self.read(&slot.name).await?).is_some() {
                    first = (slot.name.clone(), step.kernel.name);
                    break 'steps;
                }
            }
        }
        Err(DeviceError::NotFinite { name: name.to_string(), index, found, first: first.0, kernel: first.1 })
    }

    /// Kernel and milliseconds of every step, each submitted and awaited by itself, after a run of them all. A step is run
    /// until `least_ms` have gone, and its mean counts; it must not add to what it wrote.
    ///
    /// # Errors
    /// Those of [`CompiledPlan::run`] and [`CompiledPlan::finish`].
    pub async fn time_steps(&self, least_ms: f64) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        self.run(self.plan().all())?;
        self.finish().await?;
        let mut times = Vec::new();
        for (i, step) in self.plan().steps.iter().enumerate() {
            let once = async || {
                self.run(i..i + 1)?;
                self.finish().await
            };
            times.push((step.kernel.name, mean_ms(least_ms, once).await?));
        }
        Ok(times)
    }
}

/// The mean of the milliseconds that `run` takes, which is called until `least_ms` have gone, so that a coarse clock can tell.
pub(super) async fn mean_ms(
    least_ms: f64,
    run: impl AsyncFn() -> Result<(), DeviceError>,
) -> Result<f64, DeviceError> {
    let (start, mut runs) = (Instant::now(), 0);
    loop {
        run().await?;
        runs += 1;
        let ms = 1e3 * start.elapsed().as_secs_f64();
        if ms >= least_ms {
            return Ok(ms / f64::from(runs));
        }
    }
}

/// The first number that is none, and where it stands.
fn not_finite(tensor: &HostTensor) -> Option<(usize, f32)> {
    match &tensor.data {
        Data::F32(values) => first_not_finite(values).map(|index| (index, values[index])),
        Data::U32(_) => None,
    }
}
