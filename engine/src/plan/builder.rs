//! Emission: models and ops declare slots and push steps here.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Matrix, Plan, Slot, SlotId, SlotKind, Step};
use crate::kernel::{Access, Kernel};
use crate::layout::{Layout, Storage};
use crate::precision::Precision;
use crate::tensor::{DType, Shape};

/// What the plan is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// Forward only: epilogues may be fused and intermediate values skipped.
    Inference,
    /// Records a tape, so that [`PlanBuilder::backward`] can emit the reversal.
    Training,
}

type Backward = Box<dyn FnOnce(&mut PlanBuilder, SlotId)>;

/// What `grad.rs` walks in reverse.
#[derive(Default)]
pub(super) struct Tape {
    /// Results and how a gradient is pushed from them to their arguments.
    pub(super) records: Vec<(SlotId, Backward)>,
    pub(super) required: HashSet<SlotId>,
    pub(super) grads: HashMap<SlotId, SlotId>,
}

/// Builds a [`Plan`]. Shape errors in emitters are bugs of the model code and panic with both shapes.
///
/// ```
/// use triptych_engine::ops::{binary::mul, reduce::mean};
/// use triptych_engine::plan::PlanBuilder;
///
/// let mut b = PlanBuilder::training();
/// let w = b.param("w", [3]);
/// let square = mul(&mut b, w, w);
/// let loss = mean(&mut b, square, 0);
/// let gradients = b.backward(loss); // pairs of a weight and its gradient
/// assert_eq!((b.name_of(gradients[0].1), &b.shape(w)[..]), ("grad/w", &[3][..]));
///
/// let plan = b.finish();
/// assert!(plan.to_string().contains("binary.forward(w[3], w[3], mul#1[3])"));
/// ```
pub struct PlanBuilder {
    pub(super) slots: Vec<Slot>,
    pub(super) tape: Tape,
    steps: Vec<Step>,
    ranges: Vec<(String, Range<usize>)>,
    names: HashMap<String, SlotId>,
    path: Vec<String>,
    purpose: Purpose,
    traced: bool,
    precision: Precision,
    layout: Layout,
    temps: usize,
}

impl PlanBuilder {
    /// A plan for inference: ops may fuse epilogues and skip what only a backward pass reads.
    pub fn new() -> Self {
        Self::with(Purpose::Inference)
    }

    /// A plan that is differentiated: ops record how, for [`PlanBuilder::backward`].
    pub fn training() -> Self {
        Self::with(Purpose::Training)
    }

    fn with(purpose: Purpose) -> Self {
        PlanBuilder {
            slots: Vec::new(),
            tape: Tape::default(),
            steps: Vec::new(),
            ranges: Vec::new(),
            names: HashMap::new(),
            path: Vec::new(),
            purpose,
            traced: false,
            precision: Precision::F32,
            layout: Layout::Rows,
            temps: 0,
        }
    }

    /// Asks ops to write what only an observer reads (attention probabilities).
    pub fn traced(mut self) -> Self {
        self.traced = true;
        self
    }

    /// Keeps the matrices of linear maps and the tables of tokens in this precision; panics in a plan for training.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        assert_eq!(self.purpose, Purpose::Inference, "weights that are trained are f32");
        self.precision = precision;
        self
    }

    /// Stores f32 matrices of linear maps in this layout; panics in a plan for training.
    pub fn with_layout(mut self, layout: Layout) -> Self {
        assert_eq!(self.purpose, Purpose::Inference, "weights that are trained are stored as PyTorch does");
        self.layout = layout;
        self
    }

    /// Whether ops write what only an observer reads.
    pub fn is_traced(&self) -> bool {
        self.traced
    }

    /// Whether the plan is one that is differentiated.
    pub fn is_training(&self) -> bool {
        self.purpose == Purpose::Training
    }

    /// Emits `body` with `name` appended to the parameter path, as modules nest in PyTorch.
    pub fn scope<T>(&mut self, name: impl ToString, body: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_string());
        let result = body(self);
        self.path.pop();
        result
    }

    /// The full path of `name` in the current scope: names joined by dots, as keys of a PyTorch `state_dict`.
    pub fn path(&self, name: &str) -> String {
        let mut parts: Vec<&str> = self.path.iter().map(String::as_str).collect();
        parts.push(name);
        parts.join(".")
    }

    /// A slot that the host writes before a run, by its plain name, whatever the scope.
    pub fn input(&mut self, name: &str, shape: impl Into<Shape>, dtype: DType) -> SlotId {
        self.add(name.to_string(), shape.into(), dtype, SlotKind::Input)
    }

    /// A weight at `name` in the current scope, which [`PlanBuilder::backward`] differentiates; asking again gives the same
    /// slot, asking for another shape or another way to store it panics.
    pub fn param(&mut self, name: &str, shape: impl Into<Shape>) -> SlotId {
        let path = self.path(name);
        let id = self.stored(&path, shape);
        self.tape.required.insert(id);
        id
    }

    /// The weight `[N, K]` of a linear map at `name` in the current scope, as the plan stores those: f32 by rows in training,
    /// where it is differentiated.
    pub fn weight(&mut self, name: &str, extents: [usize; 2]) -> Matrix {
        self.matrix(name, extents, self.layout)
    }

    /// As [`PlanBuilder::weight`], for a table whose rows are also looked up: always stored by rows.
    pub fn table(&mut self, name: &str, extents: [usize; 2]) -> Matrix {
        self.matrix(name, extents, Layout::Rows)
    }

    fn matrix(&mut self, name: &str, extents: [usize; 2], layout: Layout) -> Matrix {
        let storage = Storage::new(self.precision, layout);
        let slot = match storage {
            Storage::PLAIN => self.param(name, extents),
            _ => self.declare_stored(&self.path(name), storage.shape(extents), storage),
        };
        Matrix { slot, extents, storage }
    }

    /// A slot `[N, K]` of f32 by rows as the matrix of a linear map; panics where it has another rank or holds something else.
    pub fn as_matrix(&self, slot: SlotId) -> Matrix {
        let &[n, k] = &self.shape(slot)[..] else { panic!("{} is no matrix", self.shape(slot)) };
        let storage = self.slots[self.root(slot).index()].storage;
        assert!(
            self.dtype(slot) == DType::F32 && storage == Storage::PLAIN,
            "`{}` is {:?} of {storage:?}, no f32 by rows",
            self.name_of(slot),
            self.dtype(slot)
        );
        Matrix { slot, extents: [n, k], storage: Storage::PLAIN }
    }

    /// Stored state that is not differentiated (moments, step counters), by its full name.
    pub fn stored(&mut self, name: &str, shape: impl Into<Shape>) -> SlotId {
        self.declare_stored(name, shape.into(), Storage::PLAIN)
    }

    fn declare_stored(&mut self, name: &str, shape: Shape, storage: Storage) -> SlotId {
        if let Some(&id) = self.names.get(name) {
            let slot = &self.slots[id.index()];
            assert!(
                slot.kind == SlotKind::Stored && slot.storage == storage && slot.shape == shape,
                "`{name}` is {:?} {:?} {}, not stored {storage:?} {shape}",
                slot.kind,
                slot.storage,
                slot.shape
            );
            return id;
        }
        let id = self.add(name.to_string(), shape, storage.dtype(), SlotKind::Stored);
        self.slots[id.index()].storage = storage;
        id
    }

    /// A result of f32 elements, named after the op that makes it.
    pub fn temp(&mut self, op: &str, shape: impl Into<Shape>) -> SlotId {
        self.temps += 1;
        let name = format!("{}#{}", self.path(op), self.temps);
        self.add(name, shape.into(), DType::F32, SlotKind::Temp)
    }

    /// A result of u32 elements.
    pub fn temp_u32(&mut self, op: &str, shape: impl Into<Shape>) -> SlotId {
        let id = self.temp(op, shape);
        self.slots[id.index()].dtype = DType::U32;
        id
    }

    /// A result with a name of its own in the current scope, to be read as an output or a trace. Where a module is
    /// emitted more than once, its first emission has the name.
    pub fn named_temp(&mut self, name: &str, shape: impl Into<Shape>) -> SlotId {
        match self.names.contains_key(&self.path(name)) {
            true => self.temp(name, shape),
            false => self.add(self.path(name), shape.into(), DType::F32, SlotKind::Temp),
        }
    }

    /// A result with a full name, whatever the scope.
    pub(super) fn absolute_temp(&mut self, name: String, shape: Shape) -> SlotId {
        self.add(name, shape, DType::F32, SlotKind::Temp)
    }

    /// Gives a computed slot the name `name` in the current scope; panics where another slot has it.
    pub fn name(&mut self, id: SlotId, name: &str) {
        let path = self.path(name);
        let slot = &mut self.slots[id.index()];
        assert_eq!(slot.kind, SlotKind::Temp, "only results can be renamed");
        self.names.remove(&slot.name);
        slot.name = path.clone();
        let before = self.names.insert(path.clone(), id);
        assert!(before.is_none(), "two slots are named `{path}`");
    }

    /// The extents of a slot.
    pub fn shape(&self, id: SlotId) -> &Shape {
        &self.slots[id.index()].shape
    }

    /// The name under which a slot is read back.
    pub fn name_of(&self, id: SlotId) -> &str {
        &self.slots[id.index()].name
    }

    /// The element type of a slot.
    pub fn dtype(&self, id: SlotId) -> DType {
        self.slots[id.index()].dtype
    }

    /// The same elements under another shape: a view, no copy; panics where their number is another. Its gradient is
    /// a view of the gradient of `id`.
    pub fn reshape(&mut self, id: SlotId, shape: impl Into<Shape>) -> SlotId {
        let (shape, root) = (shape.into(), self.root(id));
        assert_eq!(self.shape(id).numel(), shape.numel(), "{} cannot be read as {shape}", self.shape(id));
        let (dtype, view) = (self.dtype(id), self.temp("view", shape));
        let slot = &mut self.slots[view.index()];
        (slot.dtype, slot.view_of) = (dtype, Some(root));
        if self.needs_grad(root) {
            self.require_grad(view);
        }
        view
    }

    /// The slot that owns the buffer of `id`.
    pub(super) fn root(&self, id: SlotId) -> SlotId {
        self.slots[id.index()].view_of.unwrap_or(id)
    }

    /// Pushes one dispatch: a slot for each of the kernel's bindings, and the [`words`](crate::kernel::words) of its
    /// parameters. Panics where a slot that is written stands on a second binding.
    pub fn emit(&mut self, kernel: &'static Kernel, slots: &[SlotId], params: Vec<u32>) {
        assert_eq!(slots.len(), kernel.bindings.len(), "{}: wrong number of slots", kernel.name);
        let words: usize = kernel.params.iter().map(|field| field.count).sum();
        assert_eq!(params.len(), words, "{}: wrong number of parameter words", kernel.name);
        for (i, (slot, binding)) in slots.iter().zip(kernel.bindings).enumerate() {
            let root = self.root(*slot);
            let again = slots.iter().enumerate().any(|(j, other)| j != i && self.root(*other) == root);
            assert!(
                binding.1 == Access::Read || !again,
                "{}: `{}` is written and bound twice",
                kernel.name,
                self.slots[slot.index()].name
            );
        }
        self.steps.push(Step { kernel, slots: slots.to_vec(), params });
    }

    /// Names the steps that `body` emits, for [`Plan::range`].
    pub fn range<T>(&mut self, name: &str, body: impl FnOnce(&mut Self) -> T) -> T {
        let start = self.steps.len();
        let result = body(self);
        self.ranges.push((name.to_string(), start..self.steps.len()));
        result
    }

    /// The plan as emitted so far.
    pub fn finish(self) -> Plan {
        Plan { slots: self.slots, steps: self.steps, ranges: self.ranges, names: self.names }
    }

    fn add(&mut self, name: String, shape: Shape, dtype: DType, kind: SlotKind) -> SlotId {
        assert!(shape.numel() > 0, "`{name}` has no elements: {shape}");
        let id = SlotId(self.slots.len() as u32);
        let before = self.names.insert(name.clone(), id);
        assert!(before.is_none(), "two slots are named `{name}`");
        self.slots.push(Slot { name, shape, dtype, kind, storage: Storage::PLAIN, view_of: None });
        id
    }
}

impl Default for PlanBuilder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square matrix, whose shape is the same by rows and by columns.
    fn by_columns() -> (PlanBuilder, Matrix) {
        let mut b = PlanBuilder::new().with_layout(Layout::Columns);
        let weight = b.weight("weight", [4, 4]);
        (b, weight)
    }

    #[test]
    fn a_matrix_asked_for_again_is_the_same_slot() {
        let (mut b, weight) = by_columns();
        assert_eq!(b.weight("weight", [4, 4]).slot, weight.slot);
        let plain = b.param("plain", [4, 4]);
        assert_eq!(b.table("plain", [4, 4]).slot, plain);
        assert_eq!(b.as_matrix(plain).storage, Storage::PLAIN);
    }

    #[test]
    #[should_panic(expected = "not stored F32(Rows)")]
    fn a_slot_is_not_stored_in_two_ways() {
        by_columns().0.param("weight", [4, 4]);
    }

    #[test]
    #[should_panic(expected = "no f32 by rows")]
    fn columns_are_not_read_as_rows() {
        let (mut b, weight) = by_columns();
        let view = b.reshape(weight.slot, [4, 4]);
        b.as_matrix(view);
    }

    #[test]
    #[should_panic(expected = "no f32 by rows")]
    fn ids_are_no_matrix() {
        let mut b = PlanBuilder::new();
        let ids = b.input("ids", [2, 3], DType::U32);
        b.as_matrix(ids);
    }
}
