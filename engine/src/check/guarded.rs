//! A replay of a plan on the CPU with sentinels around every buffer.

use std::cell::{Ref, RefCell, RefMut};

use crate::kernel::{Access, Args};
use crate::plan::{Plan, Slot, SlotId, Step};
use crate::tensor::HostTensor;

/// Words before and after each buffer.
const MARGIN: usize = 64;

/// What uncomputed elements hold: a NaN with a payload.
pub(super) const UNCOMPUTED: u32 = 0x7FC0_DEAD;

/// What the words around a slot's buffer hold: a finite value, each slot its own, so that neither arithmetic on a
/// sentinel nor a copy of one leaves it as it was.
pub(super) fn sentinel(id: SlotId) -> u32 {
    (8.0e6 + id.index() as f32).to_bits()
}

pub(super) struct Guarded<'a> {
    plan: &'a Plan,
    /// By slot; empty for views.
    buffers: Vec<RefCell<Vec<u32>>>,
}

impl<'a> Guarded<'a> {
    /// Buffers filled from `contents`, those without it marked as uncomputed.
    pub(super) fn new(plan: &'a Plan, contents: impl Fn(&Slot) -> Option<HostTensor>) -> Self {
        let buffer = |(id, slot): (SlotId, &Slot)| {
            if slot.view_of.is_some() {
                return RefCell::default();
            }
            let mut words = vec![sentinel(id); slot.shape.numel() + 2 * MARGIN];
            match contents(slot) {
                Some(tensor) => inner_mut(&mut words).copy_from_slice(tensor.words()),
                None => inner_mut(&mut words).fill(UNCOMPUTED),
            }
            RefCell::new(words)
        };
        Guarded { plan, buffers: plan.ids().zip(&plan.slots).map(buffer).collect() }
    }

    /// Runs all steps by their definitions (`exact`) or fast forms; fails where a kernel writes outside its slots.
    pub(super) fn run(&self, exact: bool) -> Result<(), String> {
        self.plan.steps.iter().try_for_each(|step| {
            self.step(step, exact);
            step.slots
                .iter()
                .try_for_each(|id| self.intact(*id).map_err(|e| format!("{} {e}", step.kernel.name)))
        })
    }

    pub(super) fn read(&self, id: SlotId) -> HostTensor {
        let slot = self.plan.slot(id);
        HostTensor::from_words(slot.shape.clone(), slot.dtype, inner(&self.buffer(id).borrow()))
    }

    fn buffer(&self, id: SlotId) -> &RefCell<Vec<u32>> {
        &self.buffers[self.plan.slot(id).view_of.unwrap_or(id).index()]
    }

    fn step(&self, step: &Step, exact: bool) {
        let reads: Vec<Ref<Vec<u32>>> =
            step.slots_with(Access::Read).map(|id| self.buffer(id).borrow()).collect();
        let mut writes: Vec<RefMut<Vec<u32>>> =
            step.slots_with(Access::Write).map(|id| self.buffer(id).borrow_mut()).collect();
        let mut args = Args {
            params: &step.params,
            read: reads.iter().map(|words| bytemuck::cast_slice(inner(words))).collect(),
            write: writes.iter_mut().map(|words| bytemuck::cast_slice_mut(inner_mut(words))).collect(),
        };
        match step.kernel.fast {
            Some(fast) if !exact => fast(&mut args),
            _ => (step.kernel.cpu)(&mut args),
        }
    }

    fn intact(&self, id: SlotId) -> Result<(), String> {
        let root = self.plan.slot(id).view_of.unwrap_or(id);
        let words = self.buffer(root).borrow();
        let (before, after) = (&words[..MARGIN], &words[words.len() - MARGIN..]);
        match before.iter().chain(after).all(|word| *word == sentinel(root)) {
            true => Ok(()),
            false => Err(format!("writes outside `{}`", self.plan.slot(id).name)),
        }
    }
}

fn inner(words: &[u32]) -> &[u32] {
    &words[MARGIN..words.len() - MARGIN]
}

fn inner_mut(words: &mut [u32]) -> &mut [u32] {
    let end = words.len() - MARGIN;
    &mut words[MARGIN..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanBuilder, fill};

    #[test]
    fn a_broken_sentinel_is_reported_with_its_slot() {
        let mut b = PlanBuilder::new();
        let y = b.named_temp("y", [5]);
        fill::fill(&mut b, y, 2.0);
        let plan = b.finish();
        for position in [0, MARGIN - 1, MARGIN + 5, 2 * MARGIN + 4] {
            let guarded = Guarded::new(&plan, |_| None);
            assert_eq!(guarded.run(true), Ok(()));
            guarded.buffer(y).borrow_mut()[position] = 0;
            assert_eq!(guarded.run(true), Err("fill.forward writes outside `y`".to_string()));
        }
    }
}
