//! A plan: the slots and steps that a model emits once per shape, and that a device replays.

mod builder;
pub mod fill;
mod grad;
mod text;

pub use builder::PlanBuilder;

use std::collections::HashMap;
use std::ops::Range;

use crate::kernel::{Access, Kernel};
use crate::layout::Storage;
use crate::tensor::{DType, Shape};

/// A slot of the plan under construction; shapes are asked of the builder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(pub(crate) u32);

impl SlotId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a slot's contents live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotKind {
    /// Written by the host before a run.
    Input,
    /// Weights and optimiser state: kept in a [`crate::device::Bank`] under the slot's name, shared between plans.
    Stored,
    /// Computed by the steps.
    Temp,
}

#[derive(Clone, Debug)]
pub struct Slot {
    /// The PyTorch parameter path for weights and traces; unique in the plan.
    pub name: String,
    pub shape: Shape,
    pub dtype: DType,
    pub kind: SlotKind,
    /// How a matrix of weights is stored; `shape` is that of what is stored.
    pub storage: Storage,
    /// The slot whose buffer this one shares under another shape.
    pub view_of: Option<SlotId>,
}

/// The matrix `[N, K]` of a linear map, and the slot that stores it.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    pub slot: SlotId,
    pub extents: [usize; 2],
    pub storage: Storage,
}

/// One dispatch: a kernel, the slots on its bindings and its parameter words.
#[derive(Clone, Debug)]
pub struct Step {
    pub kernel: &'static Kernel,
    pub slots: Vec<SlotId>,
    pub params: Vec<u32>,
}

impl Step {
    /// The slots that the step uses in this way.
    pub fn slots_with(&self, access: Access) -> impl Iterator<Item = SlotId> + '_ {
        self.slots.iter().zip(self.kernel.bindings).filter(move |(_, b)| b.1 == access).map(|(s, _)| *s)
    }
}

/// Slots and steps, checked; made by [`PlanBuilder::finish`].
#[derive(Clone, Debug)]
pub struct Plan {
    pub slots: Vec<Slot>,
    pub steps: Vec<Step>,
    /// Named step ranges, for example `forward`, `backward`, `update`.
    pub ranges: Vec<(String, Range<usize>)>,
    names: HashMap<String, SlotId>,
}

impl Plan {
    /// The slot of this name, if the plan has one.
    pub fn find(&self, name: &str) -> Option<SlotId> {
        self.names.get(name).copied()
    }

    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    /// The slots' ids, in the order of `slots`.
    pub fn ids(&self) -> impl Iterator<Item = SlotId> + use<> {
        (0..self.slots.len() as u32).map(SlotId)
    }

    /// All steps.
    pub fn all(&self) -> Range<usize> {
        0..self.steps.len()
    }

    /// The steps of a named range; a name that the builder never marked is a bug of the caller.
    pub fn range(&self, name: &str) -> Range<usize> {
        let found = self.ranges.iter().find(|(n, _)| n == name);
        found.unwrap_or_else(|| panic!("the plan has no range `{name}`")).1.clone()
    }

    /// Bytes of the inputs and of all that is computed.
    pub fn bytes(&self) -> u128 {
        let own = self.slots.iter().filter(|slot| slot.kind != SlotKind::Stored && slot.view_of.is_none());
        own.map(|slot| slot.shape.bytes()).sum()
    }

    /// Slots of this kind, in the order of their creation.
    pub fn slots_of(&self, kind: SlotKind) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |s| s.kind == kind)
    }
}
