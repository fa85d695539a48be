//! Matrices of weights in the precision in which the plan keeps them.

use crate::ops::activation::Activation;
use crate::ops::{linear, packed};
use crate::plan::{PlanBuilder, SlotId};
use crate::precision::Precision;

/// The weight `name` `[rows, width]` in the current scope; packed unless the plan keeps f32.
pub fn matrix(b: &mut PlanBuilder, name: &str, [rows, width]: [usize; 2]) -> (SlotId, Precision) {
    let precision = b.precision();
    let slot = match precision {
        Precision::F32 => b.param(name, [rows, width]),
        Precision::F16 | Precision::Int8 => b.packed(name, [rows, precision.row_words(width)]),
    };
    (slot, precision)
}

/// `act(x Wᵀ + bias)`: `x` `[.., K]`, `weight` `[N, K]`, `bias` `[N]`; `[.., N]`.
pub fn product(
    b: &mut PlanBuilder,
    x: SlotId,
    weight: (SlotId, Precision),
    bias: Option<SlotId>,
    act: Option<Activation>,
) -> SlotId {
    match weight {
        (weight, Precision::F32) => linear::linear(b, x, weight, bias, act),
        packed => packed::linear(b, x, packed, bias, act),
    }
}
