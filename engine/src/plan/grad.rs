//! Reverse-mode differentiation while the plan is built.
//!
//! An emitter records how to push a gradient from its result to its arguments ([`PlanBuilder::record`]);
//! [`PlanBuilder::backward`] walks the records in reverse. Gradients are always added to (`+=`): a gradient slot is
//! filled with zeros when it is first asked for, and no backward kernel assigns.

use super::{PlanBuilder, SlotId, SlotKind, fill};
use crate::order;

impl PlanBuilder {
    /// Says that `output` was computed from `inputs`, and how to emit the backward step given the slot that holds
    /// the gradient of `output`. Does nothing where no input needs a gradient.
    pub fn record(
        &mut self,
        output: SlotId,
        inputs: &[SlotId],
        backward: impl FnOnce(&mut PlanBuilder, SlotId) + 'static,
    ) {
        if self.is_training() && inputs.iter().any(|i| self.needs_grad(*i)) {
            self.tape.required.insert(output);
            self.tape.records.push((output, Box::new(backward)));
        }
    }

    /// Differentiates with respect to `id` too, though it is no weight.
    pub fn require_grad(&mut self, id: SlotId) {
        self.tape.required.insert(id);
    }

    /// Whether the loss may depend on a weight through `id`, or `id` is one.
    pub fn needs_grad(&self, id: SlotId) -> bool {
        self.tape.required.contains(&id)
    }

    /// The gradient slot of `id`, named `grad/<name>`, shape as `id`; zeroed here on first use.
    pub fn grad(&mut self, id: SlotId) -> SlotId {
        if let Some(&grad) = self.tape.grads.get(&id) {
            return grad;
        }
        if let Some(root) = self.slots[id.index()].view_of {
            let (shape, grad) = (self.shape(id).clone(), self.grad(root));
            let view = self.reshape(grad, shape);
            self.tape.grads.insert(id, view);
            return view;
        }
        let slot = &self.slots[id.index()];
        let (name, shape) = (format!("grad/{}", slot.name), slot.shape.clone());
        let grad = self.absolute_temp(name, shape);
        fill::fill(self, grad, 0.0);
        self.tape.grads.insert(id, grad);
        grad
    }

    /// The gradient slot of `id` if the backward pass reached it.
    pub fn grad_of(&self, id: SlotId) -> Option<SlotId> {
        self.tape.grads.get(&id).copied()
    }

    /// Emits the backward pass of the scalar `loss` (one element); returns every weight that it reaches with its gradient, in
    /// the order of the weights' slots. The gradient of the weight `w` is read back as `grad/w`.
    pub fn backward(&mut self, loss: SlotId) -> Vec<(SlotId, SlotId)> {
        assert_eq!(self.shape(loss).numel(), 1, "the loss must be a scalar");
        let seed = self.grad(loss);
        fill::fill(self, seed, 1.0);
        self.reverse()
    }

    /// As [`PlanBuilder::backward`], from any slot with the given gradient (same shape).
    pub fn backward_from(&mut self, output: SlotId, gradient: SlotId) -> Vec<(SlotId, SlotId)> {
        assert_eq!(self.shape(output), self.shape(gradient));
        let root = self.root(output);
        let shape = self.shape(root).clone();
        let gradient = if root == output { gradient } else { self.reshape(gradient, shape) };
        self.tape.grads.insert(root, gradient);
        self.reverse()
    }

    fn reverse(&mut self) -> Vec<(SlotId, SlotId)> {
        for (output, backward) in std::mem::take(&mut self.tape.records).into_iter().rev() {
            if let Some(grad) = self.grad_of(output) {
                backward(self, grad);
            }
        }
        let stored = |id: &SlotId| self.slots[id.index()].kind == SlotKind::Stored;
        let mut weights: Vec<_> =
            self.tape.grads.iter().filter(|(id, _)| stored(id)).map(|(id, grad)| (*id, *grad)).collect();
        order::sort(&mut weights);
        weights
    }
}
