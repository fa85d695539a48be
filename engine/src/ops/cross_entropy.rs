//! Weighted cross-entropy of rows of logits against class ids.
//!
//! `y = sum_i w_i (log sum_j e^{x_ij} - x_{i,t_i}) / max(sum_i w_i, 1e-6)`; `x` is `[N,V]`, `t` (u32) and `w` `[N]`,
//! `y` `[1]`. A row of weight 0 (padding) is never read, nor is its target.
//!
//! Backward: `dx_ij += dy w_i / max(sum w, 1e-6) (softmax(x_i)_j - [j = t_i])`.

use super::case::{Case, noise};
use super::fast_math;
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        classes: u32,
    }
}

/// Smallest divisor, so that a batch without any weight gives 0.
const MIN_WEIGHT: f32 = 1e-6;

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::CROSS_ENTROPY];

/// `stats[i,:] = [m_i, log sum_j e^{x_ij - m_i}]` with `m_i` the row's maximum: apart, they keep the precision that
/// their sum loses for large logits.
pub static STATS: Kernel = Kernel {
    name: "cross_entropy.stats",
    bindings: &[("x", Access::Read), ("weights", Access::Read), ("row_stats", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "stats", grid: |p| grid_rows(p[0]) }],
    cpu: |args| {
        row_stats(args, |x| {
            let max = x.iter().copied().fold(f32::MIN, f32::max);
            let sum: f64 = x.iter().map(|v| (f64::from(*v) - f64::from(max)).exp()).sum();
            [max, sum.ln() as f32]
        })
    },
    fast: Some(|args| row_stats(args, fast_stats)),
};

/// `y[1] = sum_i w[i] (log sum_j e^x[i,j] - x[i,t[i]]) / total`, `total[1] = max(sum_i w[i], 1e-6)`.
pub static FORWARD: Kernel = Kernel {
    name: "cross_entropy.forward",
    bindings: &[
        ("x", Access::Read),
        ("weights", Access::Read),
        ("targets", Access::Read),
        ("known_stats", Access::Read),
        ("y", Access::Write),
        ("total", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant { name: "group", source: SOURCE, entry: "forward", grid: |_| [1, 1, 1] }],
    cpu: forward,
    fast: None,
};

/// `dx[i,j] += dy w[i] / total (softmax(x[i,:])[j] - [j = t[i]])`.
pub static BACKWARD: Kernel = Kernel {
    name: "cross_entropy.backward",
    bindings: &[
        ("x", Access::Read),
        ("weights", Access::Read),
        ("targets", Access::Read),
        ("known_stats", Access::Read),
        ("known_total", Access::Read),
        ("dy", Access::Read),
        ("dx", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[1]),
    }],
    cpu: |args| {
        backward(args, |x, [max, log_sum], scale, dx| {
            for (d, x) in dx.iter_mut().zip(x) {
                let probability = (f64::from(*x) - f64::from(max) - f64::from(log_sum)).exp() as f32;
                *d += scale * probability;
            }
        })
    },
    fast: Some(|args| backward(args, add_probabilities)),
};

dispatched! {
    fn fast_stats<M: MulAdd>(x: &[f32]) -> [f32; 2] {
        let max = fast_math::max(x);
        [max, fast_math::sum([x], |[v]| fast_math::exp::<M>(v - max)).ln()]
    }
}

dispatched! {
    fn add_probabilities<M: MulAdd>(x: &[f32], stats: [f32; 2], scale: f32, dx: &mut [f32]) {
        let [max, log_sum] = stats;
        for (d, x) in dx.iter_mut().zip(x) {
            *d += scale * fast_math::exp::<M>((x - max) - log_sum);
        }
    }
}

fn row_stats(args: &mut Args, of: impl Fn(&[f32]) -> [f32; 2] + Sync) {
    let (x, weights, classes) = (args.read[0], args.read[1], args.params::<Params>().classes as usize);
    for_rows(args.write[0], 2, classes, |i, out| {
        let stats = if weights[i] == 0.0 { [0.0; 2] } else { of(&x[i * classes..][..classes]) };
        out.copy_from_slice(&stats);
    });
}

fn forward(args: &mut Args) {
    let classes = args.params::<Params>().classes as usize;
    let (x, weights, targets, stats) = (args.read[0], args.read[1], args.ids(2), args.read[3]);
    let loss = |(i, w): (usize, &f32)| {
        let nll = (stats[2 * i] - x[i * classes + targets[i] as usize]) + stats[2 * i + 1];
        f64::from(*w) * f64::from(nll)
    };
    let sum: f64 = weights.iter().enumerate().filter(|(_, w)| **w != 0.0).map(loss).sum();
    let total = weights.iter().map(|w| f64::from(*w)).sum::<f64>().max(f64::from(MIN_WEIGHT));
    args.write[0][0] = (sum / total) as f32;
    args.write[1][0] = total as f32;
}

/// `add(x, stats, scale, dx)` adds `scale softmax(x)` to a row of `dx`.
fn backward(args: &mut Args, add: impl Fn(&[f32], [f32; 2], f32, &mut [f32]) + Sync) {
    let classes = args.params::<Params>().classes as usize;
    let (x, weights, targets, stats) = (args.read[0], args.read[1], args.ids(2), args.read[3]);
    let scale = args.read[5][0] / args.read[4][0];
    for_rows(args.write[0], classes, classes * 16, |i, dx| {
        if weights[i] == 0.0 {
            return;
        }
        let scale = scale * weights[i];
        add(&x[i * classes..][..classes], [stats[2 * i], stats[2 * i + 1]], scale, dx);
        dx[targets[i] as usize] -= scale;
    });
}

/// `y[1] = sum_i w[i] nll[i] / sum_i w[i]`: the mean cross-entropy of `logits` (`[N,V]`) against `targets` (u32 `[N]`,
/// below V), weighted by `weights` (`[N]`), in nats.
pub fn cross_entropy(b: &mut PlanBuilder, logits: SlotId, targets: SlotId, weights: SlotId) -> SlotId {
    let (rows, classes) = (b.shape(logits).rows(), b.shape(logits).last());
    assert_eq!(b.shape(targets)[..], [rows], "targets of logits {}", b.shape(logits));
    assert_eq!(b.shape(weights)[..], [rows], "weights of logits {}", b.shape(logits));
    let params = words(&Params { rows: rows as u32, classes: classes as u32 });
    let stats = b.temp("cross_entropy_stats", [rows, 2]);
    let (y, total) = (b.temp("cross_entropy", [1]), b.temp("cross_entropy_total", [1]));
    b.emit(&STATS, &[logits, weights, stats], params.clone());
    b.emit(&FORWARD, &[logits, weights, targets, stats, y, total], params.clone());
    b.record(y, &[logits], move |b, dy| {
        let dx = b.grad(logits);
        b.emit(&BACKWARD, &[logits, weights, targets, stats, total, dy, dx], params);
    });
    y
}

/// Awkward sizes, large logits, rows (their targets out of range) and whole batches without weight.
pub fn cases() -> Vec<Case> {
    let case = |rows: usize, classes: usize, scale: f32, weight: fn(usize) -> f32| {
        let target = |i| if weight(i) == 0.0 { u32::MAX } else { (i * 7 % classes) as u32 };
        let inputs = vec![
            noise(&[rows, classes], scale, 5),
            HostTensor::u32([rows], (0..rows).map(target).collect()),
            HostTensor::f32([rows], (0..rows).map(weight).collect()),
        ];
        let build = |b: &mut PlanBuilder, x: &[SlotId]| cross_entropy(b, x[0], x[1], x[2]);
        Case::new(format!("cross_entropy [{rows},{classes}] x{scale}"), inputs, build).constant(2)
    };
    vec![
        case(1, 1, 1.0, |_| 1.0),
        case(63, 65, 1.0, |i| (i % 3) as f32),
        case(257, 64, 5.0, |i| f32::from(i % 5 != 0)),
        case(65, 257, 1e4, |_| 1.0),
        case(64, 63, 1.0, |_| 0.0),
        case(3, 4, 1.0, |i| i as f32).differentiable(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_weighs_rows_and_never_reads_those_of_weight_zero() {
        let x = [0.0, 3f32.ln(), f32::NAN, f32::NAN, 1e4, 1e4];
        let (weights, targets) = ([1.0, 0.0, 3.0], [1, u32::MAX, 0].map(f32::from_bits));
        let (mut stats, mut y, mut total) = ([f32::NAN; 6], [f32::NAN], [f32::NAN]);
        let params = words(&Params { rows: 3, classes: 2 });
        (STATS.cpu)(&mut Args { params: &params, read: vec![&x, &weights], write: vec![&mut stats] });
        let read = vec![&x[..], &weights, &targets, &stats];
        (FORWARD.cpu)(&mut Args { params: &params, read, write: vec![&mut y, &mut total] });
        let want = ((4.0f32 / 3.0).ln() + 3.0 * 2f32.ln()) / 4.0;
        assert!((y[0] - want).abs() < 1e-6 && total == [4.0], "{y:?} for {want}, {total:?}");
    }
}
