//! Which variant of a kernel is the fastest, by adapter, kernel and size class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::adapter::AdapterInfo;
use crate::kernel::Variant;
use crate::plan::{Plan, Step};

/// The fastest variants on one adapter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KernelTuning {
    adapter: String,
    /// Variant names by [`key`].
    fastest: BTreeMap<String, String>,
}

impl KernelTuning {
    /// The name of the file, or the like, in which it is kept.
    pub const FILE: &str = "kernel-tuning.json";

    pub(super) fn new(adapter: &AdapterInfo) -> Self {
        KernelTuning { adapter: adapter.name.clone(), fastest: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.fastest.len()
    }

    pub(super) fn is_for(&self, adapter: &AdapterInfo) -> bool {
        self.adapter == adapter.name
    }

    pub(super) fn find(&self, plan: &Plan, step: &Step) -> Option<&'static Variant> {
        let name = self.fastest.get(&key(plan, step))?;
        step.kernel.variants.iter().find(|variant| variant.name == name)
    }

    pub(super) fn add(&mut self, plan: &Plan, step: &Step, variant: &Variant) {
        self.fastest.insert(key(plan, step), variant.name.to_string());
    }
}

/// Kernel and size class: the binary logarithms of the bound slots' sizes.
fn key(plan: &Plan, step: &Step) -> String {
    let class = |id| plan.slot(id).shape.numel().next_power_of_two().ilog2().to_string();
    let classes: Vec<String> = step.slots.iter().copied().map(class).collect();
    format!("{} {}", step.kernel.name, classes.join("."))
}
