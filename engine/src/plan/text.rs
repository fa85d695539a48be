//! Plans as text, for snapshots and for reading.

use std::fmt;

use super::{Plan, SlotId, SlotKind};

impl fmt::Display for Plan {
    /// One line per input and weight, then one per step: `kernel(slots) params`, views with what they share.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for slot in &self.slots {
            let kind = match slot.kind {
                SlotKind::Input => "input",
                SlotKind::Stored => "stored",
                SlotKind::Temp => continue,
            };
            writeln!(f, "{kind} {}: {:?} {}", slot.name, slot.dtype, slot.shape)?;
        }
        for (i, step) in self.steps.iter().enumerate() {
            for (name, _) in self.ranges.iter().filter(|(_, r)| r.start == i && !r.is_empty()) {
                writeln!(f, "-- {name}")?;
            }
            let slots: Vec<String> = step.slots.iter().map(|id| self.label(*id)).collect();
            let params: Vec<String> = step.params.iter().map(|w| format!("{w:x}")).collect();
            writeln!(f, "{}({}) {}", step.kernel.name, slots.join(", "), params.join(" "))?;
        }
        Ok(())
    }
}

impl Plan {
    fn label(&self, id: SlotId) -> String {
        let slot = self.slot(id);
        let root = slot.view_of.map(|root| format!(" of {}", self.slot(root).name)).unwrap_or_default();
        format!("{}{}{root}", slot.name, slot.shape)
    }
}
