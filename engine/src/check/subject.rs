//! What is checked: a case's plans, and reproducible contents for their slots.

use crate::kernel::Access;
use crate::ops::Case;
use crate::ops::case::noise;
use crate::plan::{Plan, PlanBuilder, Slot, SlotId, SlotKind, fill};
use crate::rng::{FNV_START, fnv1a};
use crate::tensor::{DType, HostTensor};

/// Gradients of the variables start here instead of at zero, so that a kernel that assigns is told from one that adds.
pub(super) const GRADIENT_START: f32 = 0.5;

/// The input that holds the gradient of a case's output.
pub(super) const SEED: &str = "check.seed";

/// Emits a case in training mode: ranges `forward` and `backward`, the latter from the input [`SEED`] where the output
/// is f32. Returns the output's slot too.
pub(super) fn differentiated(case: &Case) -> (Plan, SlotId) {
    let mut b = PlanBuilder::training();
    let (inputs, output) = b.range("forward", |b| case.emit(b));
    b.range("backward", |b| {
        if b.dtype(output) == DType::F32 {
            let seed = b.input(SEED, b.shape(output).clone(), DType::F32);
            for i in case.variables() {
                let gradient = b.grad(inputs[i]);
                fill::fill(b, gradient, GRADIENT_START);
            }
            b.backward_from(output, seed);
        }
    });
    (b.finish(), output)
}

/// The distinct plans of a case: training with backward, inference, and inference with traces.
pub fn plans(case: &Case) -> Vec<Plan> {
    let mut plans = vec![differentiated(case).0];
    for mut b in [PlanBuilder::new(), PlanBuilder::new().traced()] {
        case.emit(&mut b);
        let plan = b.finish();
        if !plans.iter().any(|known| signature(known).starts_with(&signature(&plan))) {
            plans.push(plan);
        }
    }
    plans
}

fn signature(plan: &Plan) -> Vec<(&'static str, usize, Vec<u32>)> {
    plan.steps.iter().map(|step| (step.kernel.name, step.slots.len(), step.params.clone())).collect()
}

/// What the host writes into an input or stored slot of a case's plan before a run.
/// Stored slots get values in `(0, 1)`, because some (second moments) must not be negative.
pub(super) fn contents(case: &Case, slot: &Slot) -> Option<HostTensor> {
    let hash = fnv1a(FNV_START, slot.name.bytes());
    match slot.kind {
        SlotKind::Temp => None,
        SlotKind::Input => match slot.name.strip_prefix("in.").and_then(|i| i.parse::<usize>().ok()) {
            Some(i) => Some(case.inputs[i].clone()),
            None => Some(noise(&slot.shape, 1.0, hash)),
        },
        SlotKind::Stored => {
            let values = noise(&slot.shape, 0.49, hash).as_f32().iter().map(|v| v + 0.5).collect();
            Some(HostTensor::f32(slot.shape.clone(), values))
        }
    }
}

/// Every slot that a plan's steps write, each buffer once, with the kernel that writes it first.
pub(super) fn written(plan: &Plan) -> Vec<(SlotId, &'static str)> {
    let mut found: Vec<(SlotId, &'static str)> = Vec::new();
    for step in &plan.steps {
        for id in step.slots_with(Access::Write) {
            let root = plan.slot(id).view_of.unwrap_or(id);
            if !found.iter().any(|(known, _)| *known == root) {
                found.push((root, step.kernel.name));
            }
        }
    }
    found
}
