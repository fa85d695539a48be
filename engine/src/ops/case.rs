//! Test cases of the operations, as data: the same case serves the twins, the gradients and the browser.

use crate::layout::Storage;
use crate::plan::{PlanBuilder, SlotId};
use crate::rng::{GOLDEN, SplitMix64};
use crate::tensor::{DType, HostTensor};

type Build = Box<dyn Fn(&mut PlanBuilder, &[SlotId]) -> SlotId>;

/// An op applied to given inputs.
pub struct Case {
    /// For example `softmax [65,257] large`.
    pub name: String,
    /// Contents of the slots `in.0`, `in.1`, ...
    pub inputs: Vec<HostTensor>,
    /// Emits the op on the inputs' slots and returns its result.
    pub build: Build,
    /// Largest allowed `|got - want| / (1 + |want|)` between a fast form or a GPU and the definition.
    pub tolerance: f32,
    /// Whether analytic and numeric gradients are compared (small, smooth cases only).
    pub differentiable: bool,
    /// Inputs of f32 that the op does not differentiate: masks, weights of a mean, hyperparameters.
    constants: Vec<usize>,
}

impl Case {
    /// A case with a tolerance of 1e-5 whose gradients are not compared.
    pub fn new(
        name: impl Into<String>,
        inputs: Vec<HostTensor>,
        build: impl Fn(&mut PlanBuilder, &[SlotId]) -> SlotId + 'static,
    ) -> Self {
        Case {
            name: name.into(),
            inputs,
            build: Box::new(build),
            tolerance: 1e-5,
            differentiable: false,
            constants: Vec::new(),
        }
    }

    /// Sets [`Case::tolerance`]; sums of many terms need more.
    pub fn tolerance(mut self, tolerance: f32) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets [`Case::differentiable`].
    pub fn differentiable(mut self) -> Self {
        self.differentiable = true;
        self
    }

    /// The `i`-th input is f32 but gets no gradient.
    pub fn constant(mut self, i: usize) -> Self {
        self.constants.push(i);
        self
    }

    /// Indices of the inputs that get gradients.
    pub fn variables(&self) -> impl Iterator<Item = usize> + '_ {
        let f32s = self.inputs.iter().enumerate().filter(|(_, t)| t.dtype() == DType::F32);
        f32s.map(|(i, _)| i).filter(|i| !self.constants.contains(i))
    }

    /// Declares the inputs `in.0`, `in.1`, ... and emits the op; the variables require gradients.
    /// Returns the inputs and the op's result.
    pub fn emit(&self, b: &mut PlanBuilder) -> (Vec<SlotId>, SlotId) {
        let mut slots = Vec::new();
        for (i, tensor) in self.inputs.iter().enumerate() {
            slots.push(b.input(&format!("in.{i}"), &tensor.shape, tensor.dtype()));
        }
        for i in self.variables() {
            b.require_grad(slots[i]);
        }
        let output = (self.build)(b, &slots);
        (slots, output)
    }
}

/// Reproducible f32 values in `[-scale, scale)`; `seed` picks the stream.
pub fn noise(shape: &[usize], scale: f32, seed: u64) -> HostTensor {
    let mut random = SplitMix64(seed.wrapping_mul(GOLDEN) ^ 0xD1B5_4A32_D192_ED03);
    let mut value = || ((random.next_u64() >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale;
    let values = (0..shape.iter().product()).map(|_| value());
    HostTensor::f32(shape, values.collect())
}

/// A matrix `[N, K]` of [`noise`] between -1 and 1, as it is stored.
pub fn stored_noise([n, k]: [usize; 2], storage: Storage, seed: u64) -> HostTensor {
    let matrix = noise(&[n, k], 1.0, seed);
    if let Storage::F32(layout) = storage {
        return HostTensor::f32(storage.shape([n, k]), layout.reorder([n, k], matrix.as_f32()));
    }
    let mut words = Vec::new();
    for row in matrix.as_f32().chunks(k) {
        storage.precision().pack(row, &mut words).expect("noise is finite and small");
    }
    HostTensor::u32(storage.shape([n, k]), words)
}
