//! The norm of all gradients together: `y = sqrt(sum_g sum_i g_i^2)`, `[1]`, over tensors of any shape.
//!
//! Every 4,096 elements of a tensor give one partial sum; a second step adds the partial sums of all tensors.

use super::case::{Case, noise};
use super::fast_math;
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

/// Elements per partial sum.
const PART: usize = 4096;

params! {
    struct Params {
        count: u32,
        /// The first partial sum of this tensor.
        offset: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::GRAD_NORM];

/// `sums[offset + r] = sum_i g[i]^2` over the `r`-th part of `g`.
pub static PARTS: Kernel = Kernel {
    name: "grad_norm.parts",
    bindings: &[("g", Access::Read), ("sums", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "row",
        source: SOURCE,
        entry: "parts",
        grid: |p| grid_rows(p[0].div_ceil(PART as u32)),
    }],
    cpu: |args| {
        let offset = args.params::<Params>().offset as usize;
        for (sum, part) in args.write[0][offset..].iter_mut().zip(args.read[0].chunks(PART)) {
            *sum = part.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>() as f32;
        }
    },
    fast: Some(dispatched!(|args: &mut Args| {
        let (g, offset) = (args.read[0], args.params::<Params>().offset as usize);
        let sums = &mut args.write[0][offset..][..g.len().div_ceil(PART)];
        for_rows(sums, 1, PART, |r, sum| {
            let part = &g[r * PART..g.len().min((r + 1) * PART)];
            sum[0] = fast_math::sum([part], |[g]| g * g);
        });
    })),
};

/// `y[1] = sqrt(sum_r sums[r])`.
pub static TOTAL: Kernel = Kernel {
    name: "grad_norm.total",
    bindings: &[("parts_sums", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "group", source: SOURCE, entry: "total", grid: |_| [1, 1, 1] }],
    cpu: |args| {
        let total: f64 = args.read[0].iter().map(|s| f64::from(*s)).sum();
        args.write[0][0] = total.sqrt() as f32;
    },
    fast: None,
};

/// `y[1] = sqrt(sum_g sum_i g[i]^2)`: the Euclidean norm of all `grads` read as one vector.
pub fn grad_norm(b: &mut PlanBuilder, grads: &[SlotId]) -> SlotId {
    let counts: Vec<usize> = grads.iter().map(|g| b.shape(*g).numel()).collect();
    let parts = counts.iter().map(|count| count.div_ceil(PART)).sum::<usize>();
    let (sums, y) = (b.temp("grad_norm_parts", [parts]), b.temp("grad_norm", [1]));
    let mut offset = 0;
    for (g, count) in grads.iter().zip(counts) {
        b.emit(&PARTS, &[*g, sums], words(&Params { count: count as u32, offset: offset as u32 }));
        offset += count.div_ceil(PART);
    }
    b.emit(&TOTAL, &[sums, y], words(&Params { count: parts as u32, offset: 0 }));
    y
}

/// One and several tensors, whole and ragged parts.
pub fn cases() -> Vec<Case> {
    let case = |counts: &[usize], scale: f32| {
        let inputs = (0u64..).zip(counts).map(|(seed, count)| noise(&[*count], scale, seed));
        let name = format!("grad_norm {counts:?} x{scale}");
        let case = Case::new(name, inputs.collect(), grad_norm);
        (0..counts.len()).fold(case, Case::constant)
    };
    vec![case(&[1], 1.0), case(&[4096, 63, 4097, 257], 1.0), case(&[65, 64], 1e4), case(&[10_000], 1e-6)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{CpuDevice, Device};
    use crate::tensor::HostTensor;
    use std::rc::Rc;

    #[test]
    fn three_and_four_make_five() {
        let mut b = PlanBuilder::new();
        let grads = [b.stored("a", [1]), b.stored("b", [2, 1])];
        let y = grad_norm(&mut b, &grads);
        b.name(y, "y");
        let (plan, device) = (Rc::new(b.finish()), Device::Cpu(CpuDevice { exact: false }));
        let mut store = device.param_store();
        store.store("a", &HostTensor::f32([1], vec![3.0])).unwrap();
        store.store("b", &HostTensor::f32([2, 1], vec![0.0, -4.0])).unwrap();
        let compiled = pollster::block_on(store.compile(plan.clone())).unwrap();
        compiled.run(plan.all()).unwrap();
        assert_eq!(pollster::block_on(compiled.read("y")).unwrap().as_f32(), [5.0]);
    }
}
