//! Faster forms against the definition, over every slot that a case's plans write.

use super::guarded::Guarded;
use super::subject::{contents, plans, written};
use super::{Report, compare};
use crate::ops::Case;
use crate::plan::Plan;

/// The fast CPU forms against the exact ones.
pub fn fast(cases: &[Case]) -> Report {
    let mut report = Report::default();
    for case in cases {
        for plan in plans(case) {
            report.record(|| case.name.clone(), compare_forms(case, &plan));
        }
    }
    report
}

fn compare_forms(case: &Case, plan: &Plan) -> Result<(), String> {
    let [exact, fast] = [true, false].map(|_| Guarded::new(plan, |slot| contents(case, slot)));
    exact.run(true)?;
    fast.run(false)?;
    written(plan).into_iter().try_for_each(|(id, kernel)| {
        compare(&fast.read(id), &exact.read(id), case.tolerance)
            .map_err(|e| format!("`{}` ({kernel}) {e}", plan.slot(id).name))
    })
}
