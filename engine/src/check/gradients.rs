//! Analytic gradients against finite differences, on the exact CPU device.

use std::rc::Rc;

use super::subject::{GRADIENT_START, SEED, contents, differentiated};
use super::{CheckReport, compare};
use crate::device::{CompiledPlan, CpuDevice, Device, DeviceError, ParamStore};
use crate::ops::Case;
use crate::plan::{Slot, SlotKind};
use crate::tensor::{DType, HostTensor};

/// Distance of the four points of the central difference
/// `f'(x) = (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h + O(h^4)`. A power of two, so that `x +- h` rounds little.
const STEP: f32 = 1.0 / 128.0;

/// Values are f32, so a difference over `STEP` carries a rounding error of some 1e-5 per summand of the output.
const TOLERANCE: f32 = 1e-3;

/// Compares, for each differentiable case, the gradients of all its variables.
pub async fn gradients(cases: &[Case]) -> CheckReport {
    let mut report = CheckReport::default();
    for case in cases.iter().filter(|case| case.differentiable) {
        let trial = Trial::new(case).await.expect("every slot has contents");
        for i in case.variables() {
            let (analytic, numeric) = (trial.analytic(i).await, trial.numeric(i).await);
            report.record(|| format!("{} d/d in.{i}", case.name), compare(&analytic, &numeric, TOLERANCE));
        }
    }
    report
}

/// One case compiled on the exact CPU device, its inputs written.
struct Trial<'a> {
    case: &'a Case,
    compiled: CompiledPlan,
    output: String,
    seed: HostTensor,
}

impl<'a> Trial<'a> {
    async fn new(case: &'a Case) -> Result<Self, DeviceError> {
        let (plan, output) = differentiated(case);
        assert_eq!(plan.slot(output).dtype, DType::F32, "{}: ids have no gradient", case.name);
        let mut params = Device::Cpu(CpuDevice { exact: true }).param_store();
        let written = |slot: &Slot| contents(case, slot).expect("inputs and stored slots have contents");
        store_all(&mut params, plan.slots_of(SlotKind::Stored).map(|slot| (slot, written(slot))))?;
        let output = plan.slot(output).name.clone();
        let compiled = params.compile(Rc::new(plan)).await?;
        for slot in compiled.plan().slots_of(SlotKind::Input) {
            compiled.write(&slot.name, &written(slot));
        }
        let seed = compiled.read(SEED).await?;
        Ok(Trial { case, compiled, output, seed })
    }

    /// The gradient of `sum(output * seed)` in input `i`, as the backward pass gives it.
    async fn analytic(&self, i: usize) -> HostTensor {
        self.run("forward");
        self.run("backward");
        let read = self.compiled.read(&format!("grad/in.{i}")).await;
        let gradient = read.expect("a CPU device always reads");
        let values = gradient.as_f32().iter().map(|g| g - GRADIENT_START).collect();
        HostTensor::f32(gradient.shape, values)
    }

    /// The same by finite differences.
    async fn numeric(&self, i: usize) -> HostTensor {
        let input = &self.case.inputs[i];
        let mut gradient = Vec::with_capacity(input.shape.numel());
        for element in 0..input.shape.numel() {
            let mut f = [0.0; 4];
            for (f, steps) in f.iter_mut().zip([1.0, -1.0, 2.0, -2.0]) {
                let mut values = input.as_f32().to_vec();
                values[element] += steps * STEP;
                *f = self.objective(i, HostTensor::f32(input.shape.clone(), values)).await;
            }
            gradient.push(((8.0 * (f[0] - f[1]) - (f[2] - f[3])) / (12.0 * f64::from(STEP))) as f32);
        }
        self.compiled.write(&format!("in.{i}"), input);
        HostTensor::f32(input.shape.clone(), gradient)
    }

    /// `sum(output * seed)` with another value of input `i`.
    async fn objective(&self, i: usize, value: HostTensor) -> f64 {
        self.compiled.write(&format!("in.{i}"), &value);
        self.run("forward");
        let output = self.compiled.read(&self.output).await.expect("a CPU device always reads");
        let products = output.as_f32().iter().zip(self.seed.as_f32());
        products.map(|(y, s)| f64::from(*y) * f64::from(*s)).sum()
    }

    fn run(&self, range: &str) {
        let steps = self.compiled.plan().range(range);
        self.compiled.run(steps).expect("a CPU device always runs");
    }
}

fn store_all<'a>(
    params: &mut ParamStore,
    mut tensors: impl Iterator<Item = (&'a Slot, HostTensor)>,
) -> Result<(), DeviceError> {
    tensors.try_for_each(|(slot, tensor)| params.store(&slot.name, &tensor))
}
