//! Faster forms against the definition, over every slot that a case's plans write.

use super::guarded::Guarded;
use super::padded::{OneVariant, Padded};
use super::subject::{contents, plans, written};
use super::{CheckReport, compare};
use crate::device::{Device, DeviceError};
use crate::ops::Case;
use crate::plan::{Plan, SlotId, SlotKind};
use crate::tensor::HostTensor;

/// The fast CPU forms against the exact ones.
pub fn fast(cases: &[Case]) -> CheckReport {
    let mut report = CheckReport::default();
    for case in cases {
        for plan in plans(case) {
            report.record(|| case.name.clone(), compare_fast(case, &plan));
        }
    }
    report
}

fn compare_fast(case: &Case, plan: &Plan) -> Result<(), String> {
    let fast = Guarded::new(plan, |slot| contents(case, slot));
    for _ in 0..replays(plan) {
        fast.run(false)?;
    }
    definition(case, plan)?.iter().try_for_each(|want| want.compare(Ok(fast.read(want.id)), case.tolerance))
}

/// Every WGSL variant of every kernel on `device` against the exact CPU forms.
pub async fn gpu(device: &Device, cases: &[Case]) -> CheckReport {
    let (mut report, mut kernels) = (CheckReport::default(), OneVariant::default());
    for case in cases {
        for plan in plans(case) {
            let definition = definition(case, &plan);
            let variants = plan.steps.iter().map(|step| step.kernel.variants.len()).max().unwrap_or(0);
            for variant in 0..variants {
                let result = match &definition {
                    Ok(want) => compare_variant(device, case, &plan, &mut kernels, variant, want).await,
                    Err(e) => Err(e.clone()),
                };
                report.record(|| format!("{} variant {variant}", case.name), result);
            }
        }
    }
    report
}

async fn compare_variant(
    device: &Device,
    case: &Case,
    plan: &Plan,
    kernels: &mut OneVariant,
    variant: usize,
    definition: &[Expected],
) -> Result<(), String> {
    let describe = |e: DeviceError| e.to_string();
    let filled = Padded::new(device, plan, kernels, variant, |slot| contents(case, slot));
    let subject = filled.await.map_err(describe)?;
    for _ in 0..replays(plan) {
        subject.run().map_err(describe)?;
    }
    for want in definition {
        want.compare(subject.read(want.id).await.map_err(describe)?, case.tolerance)?;
    }
    Ok(())
}

/// A plan is run twice, because what the first run left must not matter, unless it updates stored tensors.
fn replays(plan: &Plan) -> usize {
    let stateful = written(plan).iter().any(|(id, _)| plan.slot(*id).kind == SlotKind::Stored);
    if stateful { 1 } else { 2 }
}

/// What a slot holds after the exact CPU forms ran.
struct Expected {
    id: SlotId,
    /// The slot's name and the kernel that writes it first.
    label: String,
    value: HostTensor,
}

impl Expected {
    fn compare(&self, got: Result<HostTensor, String>, tolerance: f32) -> Result<(), String> {
        got.and_then(|got| compare(&got, &self.value, tolerance)).map_err(|e| format!("{} {e}", self.label))
    }
}

fn definition(case: &Case, plan: &Plan) -> Result<Vec<Expected>, String> {
    let exact = Guarded::new(plan, |slot| contents(case, slot));
    exact.run(true)?;
    let expect = |(id, kernel)| {
        let label = format!("`{}` ({kernel})", plan.slot(id).name);
        Expected { id, label, value: exact.read(id) }
    };
    Ok(written(plan).into_iter().map(expect).collect())
}
