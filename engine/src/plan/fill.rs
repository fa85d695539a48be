//! `y[i] = value`: the one kernel that the plan itself needs, to zero and to seed gradients.

use super::{PlanBuilder, SlotId};
use crate::kernel::{Access, Args, Kernel, Variant, grid_flat, params, words};
use triptych_shaders as wgsl;

params! {
    struct Params {
        count: u32,
        value: f32,
    }
}

/// `y[i] = value`.
pub static FILL: Kernel = Kernel {
    name: "fill.forward",
    bindings: &[("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: &[wgsl::LIB_INDEX, wgsl::FILL],
        entry: "forward",
        grid: |p| grid_flat(p[0]),
    }],
    cpu: |args: &mut Args| {
        let value = args.params::<Params>().value;
        args.write[0].fill(value);
    },
    fast: None,
};

/// `y[..] = value`.
pub fn fill(b: &mut PlanBuilder, y: SlotId, value: f32) {
    let count = b.shape(y).numel() as u32;
    b.emit(&FILL, &[y], words(&Params { count, value }));
}
