//! Matrices of weights as the plan keeps them.

use crate::layout::Layout;
use crate::ops::activation::Activation;
use crate::ops::{linear, packed, panels};
use crate::plan::{PlanBuilder, SlotId};
use crate::precision::Precision;

/// The matrix `[N, K]` of a linear map.
#[derive(Clone, Copy)]
pub enum Matrix {
    /// As PyTorch stores it, or packed.
    Rows(SlotId, Precision),
    /// f32, stored as `[K, N]`.
    Columns(SlotId),
    /// f32, stored in panels, with N.
    Panels(SlotId, usize),
}

/// The weight `name` `[rows, width]` in the current scope, for a linear map.
pub fn matrix(b: &mut PlanBuilder, name: &str, [rows, width]: [usize; 2]) -> Matrix {
    match (b.precision(), b.layout()) {
        (Precision::F32, Layout::Columns) => Matrix::Columns(b.laid(name, [rows, width])),
        (Precision::F32, Layout::Panels) => Matrix::Panels(b.laid(name, [rows, width]), rows),
        _ => table(b, name, [rows, width]),
    }
}

/// As [`matrix`], for a table whose rows are also looked up: always stored by rows.
pub fn table(b: &mut PlanBuilder, name: &str, [rows, width]: [usize; 2]) -> Matrix {
    let precision = b.precision();
    let slot = match precision {
        Precision::F32 => b.param(name, [rows, width]),
        Precision::F16 | Precision::Int8 => b.packed(name, [rows, precision.row_words(width)]),
    };
    Matrix::Rows(slot, precision)
}

/// `act(x Wᵀ + bias)`: `x` `[.., K]`, `weight` `[N, K]`, `bias` `[N]`; `[.., N]`.
pub fn product(
    b: &mut PlanBuilder,
    x: SlotId,
    weight: Matrix,
    bias: Option<SlotId>,
    act: Option<Activation>,
) -> SlotId {
    match weight {
        Matrix::Rows(weight, Precision::F32) => linear::linear(b, x, weight, bias, act),
        Matrix::Rows(weight, packed) => packed::linear(b, x, (weight, packed), bias, act),
        Matrix::Columns(weight) => linear::linear_by_columns(b, x, weight, bias, act),
        Matrix::Panels(weight, n) => panels::linear(b, x, (weight, n), bias, act),
    }
}
