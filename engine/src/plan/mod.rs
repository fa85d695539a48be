//! A plan: the slots (tensors by name) and steps (kernels on slots) that a model emits once per shape, and that a device replays.

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

/// A tensor of a plan, as emitters pass it on; its shape is asked of the [`PlanBuilder`] or the [`Plan`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(pub(crate) u32);

impl SlotId {
    /// Its place in [`Plan::slots`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a slot's contents live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotKind {
    /// Written by the host before a run.
    Input,
    /// Weights and optimiser state: kept in a [`crate::device::ParamStore`] under the slot's name, shared between plans.
    Stored,
    /// Computed by the steps.
    Temp,
}

/// A tensor of a plan: a name, a shape, and where its contents come from.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The PyTorch parameter path for weights and traces; unique in the plan.
    pub name: String,
    /// Row-major, contiguous.
    pub shape: Shape,
    /// f32, but for ids, lengths, seeds and packed weights.
    pub dtype: DType,
    /// Who writes it.
    pub kind: SlotKind,
    /// How a matrix of weights is stored; `shape` is that of what is stored.
    pub storage: Storage,
    /// The slot whose buffer this one shares under another shape.
    pub view_of: Option<SlotId>,
}

/// The matrix `[N, K]` of a linear map, and the slot that stores it.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    /// Of the shape that `storage` gives.
    pub slot: SlotId,
    /// `[N, K]`: outputs and inputs of the map.
    pub extents: [usize; 2],
    /// As what the slot holds the matrix.
    pub storage: Storage,
}

/// One dispatch: a kernel, the slots on its bindings and its parameter words.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is computed.
    pub kernel: &'static Kernel,
    /// One for each of the kernel's bindings.
    pub slots: Vec<SlotId>,
    /// The uniform buffer, word by word.
    pub params: Vec<u32>,
}

impl Step {
    /// The slots that the step uses in this way.
    pub fn slots_with(&self, access: Access) -> impl Iterator<Item = SlotId> + '_ {
        self.slots.iter().zip(self.kernel.bindings).filter(move |(_, b)| b.1 == access).map(|(s, _)| *s)
    }
}

/// Slots and steps, checked; made by [`PlanBuilder::finish`]. Its `Display` lists both, one a line.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By [`SlotId::index`].
    pub slots: Vec<Slot>,
    /// In the order in which they run.
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

    /// The slot `id`, which this plan's builder gave.
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    /// The slots' ids, in the order of `slots`.
    pub fn ids(&self) -> impl Iterator<Item = SlotId> + use<> {
        (0..self.slots.len() as u32).map(SlotId)
    }

    /// All steps, as a device runs them.
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
