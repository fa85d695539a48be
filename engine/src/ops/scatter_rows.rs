//! Rows put into a table that the device keeps: `table[at[r]] = x[r]`; table `[.., D]`, `at` u32 `[R]`, x of R rows of D. The
//! other rows of the table stay as they are. It has no gradient.

use super::case::{Case, noise};
use super::scale::scale;
use crate::kernel::{Access, Args, Kernel, Variant, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::{DType, HostTensor};
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        width: u32,
    }
}

/// `table[at[r],:] = x[r,:]`; x `[R,D]`, at u32 `[R]`.
pub static FORWARD: Kernel = Kernel {
    name: "scatter_rows.forward",
    bindings: &[("x", Access::Read), ("at", Access::Read), ("table", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: &[wgsl::LIB_INDEX, wgsl::SCATTER_ROWS],
        entry: "forward",
        grid: |p| grid_flat(p[0] * p[1]),
    }],
    cpu: |args: &mut Args| {
        let width = args.params::<Params>().width as usize;
        let (x, at) = (args.read[0], args.ids(1));
        for (x, at) in x.chunks(width).zip(at) {
            args.write[0][*at as usize * width..][..width].copy_from_slice(x);
        }
    },
    fast: None,
};

/// `table[at[r],D] = x[r,D]`, at u32 `[R]`. A row that the table does not have is a bug of the caller,
/// and so is one that is named twice.
pub fn scatter_rows(b: &mut PlanBuilder, x: SlotId, at: SlotId, table: SlotId) {
    let (rows, width) = (b.shape(at).numel(), b.shape(table).last());
    assert_eq!(b.shape(x).numel(), rows * width, "scatter_rows: {} into {}", b.shape(x), b.shape(table));
    assert_eq!(b.dtype(at), DType::U32, "scatter_rows: rows are u32");
    b.emit(&FORWARD, &[x, at, table], words(&Params { rows: rows as u32, width: width as u32 }));
}

/// Some, one and all of the rows.
pub fn cases() -> Vec<Case> {
    let case = |table: &[usize], at: Vec<u32>| {
        let rows = at.len();
        let width = table[table.len() - 1];
        let inputs = vec![noise(table, 1.0, 70), noise(&[rows, width], 1.0, 71), HostTensor::u32([rows], at)];
        Case::new(format!("scatter_rows {rows} in {table:?}"), inputs, |b, s| {
            let kept = scale(b, s[0], 1.0);
            scatter_rows(b, s[1], s[2], kept);
            kept
        })
    };
    vec![case(&[5, 3], vec![4, 0, 2]), case(&[1, 9, 64], vec![8]), case(&[300, 1], (0..300).rev().collect())]
}
