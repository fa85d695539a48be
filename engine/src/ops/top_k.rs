//! The `k` largest elements of every row, in descending order, equal ones by ascending index.
//!
//! `x` is `[R,N]`; values and indices (u32) are `[R,k]`. Not differentiated.

use super::case::{Case, noise};
use crate::kernel::{Access, Args, Kernel, Variant, grid_rows, params, words};
use crate::order::order;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        width: u32,
        k: u32,
    }
}

/// `values[r,i] = x[r,indices[r,i]]`, the `i`-th largest of row `r`; x `[R,N]`, values and indices `[R,k]`.
pub static FORWARD: Kernel = Kernel {
    name: "top_k.forward",
    bindings: &[("x", Access::Read), ("values", Access::Write), ("indices", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "row",
        source: &[wgsl::LIB_INDEX, wgsl::TOP_K],
        entry: "forward",
        grid: |p| grid_rows(p[0]),
    }],
    cpu: forward,
    fast: None,
};

fn forward(args: &mut Args) {
    let (p, x) = (args.params::<Params>(), args.read[0]);
    let (width, k) = (p.width as usize, p.k as usize);
    let [values, indices] = &mut args.write[..] else { unreachable!("two results") };
    for (r, row) in x.chunks(width).enumerate() {
        // Adding 0 makes the two zeros equal.
        let key = |i: usize| row[i] + 0.0;
        let order = order(width, &mut |i, j| key(j).total_cmp(&key(i)));
        for (slot, i) in order[..k].iter().enumerate() {
            values[r * k + slot] = row[*i];
            indices[r * k + slot] = f32::from_bits(*i as u32);
        }
    }
}

/// `values[R,k]` and `indices[R,k]` (u32) of the `k` largest elements of each row of `x` (`[R,N]`, `k <= N`).
pub fn top_k(b: &mut PlanBuilder, x: SlotId, k: usize) -> (SlotId, SlotId) {
    let (rows, width) = (b.shape(x).rows(), b.shape(x).last());
    assert!(k <= width, "the {k} largest of {width}");
    let (values, indices) = (b.temp("top_k", [rows, k]), b.temp_u32("top_k_indices", [rows, k]));
    let params = Params { rows: rows as u32, width: width as u32, k: k as u32 };
    b.emit(&FORWARD, &[x, values, indices], words(&params));
    (values, indices)
}

/// Awkward sizes, and rows of few distinct values, where the order of equal ones shows.
pub fn cases() -> Vec<Case> {
    let case = |x: HostTensor, k: usize, what: &str| {
        let name = format!("top_k {k} of {} {what}", x.shape);
        Case::new(name, vec![x], move |b, x| top_k(b, x[0], k).1).constant(0)
    };
    let ties = (0..3 * 200).map(|i| (i * i % 5) as f32 - 2.0).collect();
    vec![
        case(noise(&[1, 1], 1.0, 1), 1, ""),
        case(noise(&[63, 65], 1.0, 2), 16, ""),
        case(noise(&[2, 257], 1e4, 3), 257, "large"),
        case(HostTensor::f32([3, 200], ties), 64, "ties"),
        case(HostTensor::f32([1, 3], vec![-1e30, -1e30, 0.0]), 3, "masked"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_orders_by_value_then_index() {
        let (x, mut values, mut indices) = ([-0.0, 3.0, 3.0, 0.0], [f32::NAN; 4], [f32::NAN; 4]);
        let params = words(&Params { rows: 1, width: 4, k: 4 });
        forward(&mut Args { params: &params, read: vec![&x], write: vec![&mut values, &mut indices] });
        assert_eq!(values, [3.0, 3.0, 0.0, 0.0]);
        assert_eq!(indices.map(f32::to_bits), [1, 2, 0, 3]);
    }
}
