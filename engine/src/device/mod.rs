//! Devices replay plans. Nothing above this layer knows wgpu, and nothing here knows what attention is.

mod cpu;
mod error;
mod gpu;
mod select;

use crate::order;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use web_time::Instant;

pub use cpu::CpuDevice;
pub use error::DeviceError;
pub use gpu::{AdapterInfo, Choices, GpuDevice};
pub use select::{Preference, Selection, Trial, milliseconds, select};

use crate::kernel::Access;
use crate::layout::Layout;
use crate::plan::{Plan, SlotKind};
use crate::tensor::{Data, HostTensor, Shape, first_not_finite};

/// Something that replays plans: the CPU or a WebGPU adapter.
pub enum Device {
    Cpu(CpuDevice),
    Gpu(GpuDevice),
}

/// Weights and optimiser state on a device, by name; every plan prepared with the bank shares them.
pub enum Bank {
    Cpu(cpu::Bank),
    Gpu(gpu::Bank),
}

/// A plan with its buffers (and, on a GPU, pipelines and bind groups) on a device.
pub enum Prepared {
    Cpu(cpu::Prepared),
    Gpu(gpu::Prepared),
}

const MIXED: &str = "bank, plan and device belong together";

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
            Device::Cpu(_) => Bank::Cpu(Default::default()),
            Device::Gpu(_) => Bank::Gpu(Default::default()),
        }
    }

    /// Writes a stored tensor, creating or replacing it under `name`.
    pub fn store(&self, bank: &mut Bank, name: &str, tensor: &HostTensor) -> Result<(), DeviceError> {
        self.reserve(bank, name, &tensor.shape)?;
        self.fill(bank, name, 0, tensor.words())
    }

    /// Makes room for a stored tensor whose values [`Device::fill`] brings.
    pub fn reserve(&self, bank: &mut Bank, name: &str, shape: &Shape) -> Result<(), DeviceError> {
        match (self, bank) {
            (Device::Cpu(_), Bank::Cpu(bank)) => bank.reserve(name, shape)?,
            (Device::Gpu(device), Bank::Gpu(bank)) => bank.reserve(device, name, shape)?,
            _ => panic!("{MIXED}"),
        }
        Ok(())
    }

    /// Writes a part of a reserved tensor, the bits of f32 from element `start` on.
    pub fn fill(&self, bank: &Bank, name: &str, start: usize, words: &[u32]) -> Result<(), DeviceError> {
        match (self, bank) {
            (Device::Cpu(_), Bank::Cpu(bank)) => bank.fill(name, start, words),
            (Device::Gpu(device), Bank::Gpu(bank)) => bank.fill(device, name, start, words)?,
            _ => panic!("{MIXED}"),
        }
        Ok(())
    }

    /// Reads a stored tensor back.
    pub async fn fetch(&self, bank: &Bank, name: &str) -> Result<HostTensor, DeviceError> {
        match (self, bank) {
            (Device::Cpu(_), Bank::Cpu(bank)) => bank.fetch(name),
            (Device::Gpu(device), Bank::Gpu(bank)) => bank.fetch(device, name).await,
            _ => panic!("{MIXED}"),
        }
    }

    /// Allocates what the plan needs. Every stored slot must be in `bank`, with its shape.
    pub async fn prepare(&self, plan: Rc<Plan>, bank: &Bank) -> Result<Prepared, DeviceError> {
        match (self, bank) {
            (Device::Cpu(_), Bank::Cpu(bank)) => Ok(Prepared::Cpu(cpu::Prepared::new(plan, bank)?)),
            (Device::Gpu(device), Bank::Gpu(bank)) => {
                Ok(Prepared::Gpu(gpu::Prepared::new(device, plan, bank).await?))
            }
            _ => panic!("{MIXED}"),
        }
    }

    /// Writes an input slot by name. A wrong name or shape is a bug of the caller.
    pub fn write(&self, prepared: &Prepared, name: &str, tensor: &HostTensor) {
        match (self, prepared) {
            (Device::Cpu(_), Prepared::Cpu(prepared)) => prepared.write(name, tensor),
            (Device::Gpu(device), Prepared::Gpu(prepared)) => prepared.write(device, name, tensor),
            _ => panic!("{MIXED}"),
        }
    }

    /// Replays a range of the plan's steps.
    pub fn run(&self, prepared: &Prepared, steps: Range<usize>) -> Result<(), DeviceError> {
        match (self, prepared) {
            (Device::Cpu(device), Prepared::Cpu(prepared)) => {
                prepared.run(device, steps);
                Ok(())
            }
            (Device::Gpu(device), Prepared::Gpu(prepared)) => prepared.run(device, steps),
            _ => panic!("{MIXED}"),
        }
    }

    /// Waits until all that was run is done; a CPU is done when it returns.
    pub async fn finish(&self) -> Result<(), DeviceError> {
        match self {
            Device::Cpu(_) => Ok(()),
            Device::Gpu(device) => device.finish().await,
        }
    }

    /// Kernel and milliseconds of every step, each submitted and awaited by itself, after a run of them all. A step is run
    /// until `least_ms` have gone, so that a coarse clock can tell, and its mean counts; it must not add to what it wrote.
    pub async fn time_steps(
        &self,
        prepared: &Prepared,
        least_ms: f64,
    ) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        self.run(prepared, prepared.plan().all())?;
        self.finish().await?;
        let mut times = Vec::new();
        for (i, step) in prepared.plan().steps.iter().enumerate() {
            let (start, mut runs) = (Instant::now(), 0);
            let ms = loop {
                self.run(prepared, i..i + 1)?;
                self.finish().await?;
                runs += 1;
                let ms = 1e3 * start.elapsed().as_secs_f64();
                if ms >= least_ms {
                    break ms / f64::from(runs);
                }
            };
            times.push((step.kernel.name, ms));
        }
        Ok(times)
    }

    /// As [`Device::read`], of a result whose numbers are finite: otherwise the run is repeated step by step, and the error
    /// names the first step that made one which is not.
    pub async fn read_finite(&self, prepared: &Prepared, name: &str) -> Result<HostTensor, DeviceError> {
        let result = self.read(prepared, name).await?;
        let Some((index, found)) = not_finite(&result) else { return Ok(result) };
        let (plan, mut first) = (prepared.plan(), (name.to_string(), "an earlier run"));
        'steps: for (i, step) in plan.steps.iter().enumerate() {
            self.run(prepared, i..i + 1)?;
            for slot in step.slots_with(Access::Write).map(|id| plan.slot(id)) {
                if slot.kind == SlotKind::Temp
                    && not_finite(&self.read(prepared, &slot.name).await?).is_some()
                {
                    first = (slot.name.clone(), step.kernel.name);
                    break 'steps;
                }
            }
        }
        Err(DeviceError::NotFinite { name: name.to_string(), index, found, first: first.0, kernel: first.1 })
    }

    /// Reads any slot of the plan by name, as the last run left it.
    pub async fn read(&self, prepared: &Prepared, name: &str) -> Result<HostTensor, DeviceError> {
        match (self, prepared) {
            (Device::Cpu(_), Prepared::Cpu(prepared)) => Ok(prepared.read(name)),
            (Device::Gpu(device), Prepared::Gpu(prepared)) => prepared.read(device, name).await,
            _ => panic!("{MIXED}"),
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

impl Prepared {
    pub fn plan(&self) -> &Plan {
        match self {
            Prepared::Cpu(prepared) => prepared.plan(),
            Prepared::Gpu(prepared) => prepared.plan(),
        }
    }
}

impl Bank {
    /// Names and shapes of everything stored, sorted by name.
    pub fn contents(&self) -> Vec<(String, Shape)> {
        fn list<B>(map: &HashMap<String, B>, shape: impl Fn(&B) -> Shape) -> Vec<(String, Shape)> {
            let mut all: Vec<_> = map.iter().map(|(name, b)| (name.clone(), shape(b))).collect();
            order::sort_by(&mut all, |a, b| a.0.cmp(&b.0));
            all
        }
        match self {
            Bank::Cpu(bank) => list(&bank.tensors, |b| b.shape.clone()),
            Bank::Gpu(bank) => list(&bank.tensors, |b| b.shape.clone()),
        }
    }
}
