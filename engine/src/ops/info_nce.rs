//! Symmetric InfoNCE over a batch of pairs (van den Oord et al. 2018; both directions as in Radford et al. 2021).
//!
//! `y = 1/2N sum_i (log sum_j e^{x_ij} + log sum_j e^{x_ji} - 2 x_ii)`; `x` is `[N,N]`, `y` `[1]`. Where
//! `negatives` (`[N,N]`) is 0, an off-diagonal pair is left out of its row and its column.
//!
//! Backward: `dx_ij += dy / 2N (softmax(x_i:)_j + softmax(x_:j)_i - 2 [i = j])`, 0 for what is left out.

use super::case::{Case, noise};
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        size: u32,
        /// Whether the binding `negatives` holds them; without them it holds the logits again, unread.
        has_negatives: u32,
    }
}

/// Logit of a pair that is left out.
const MASKED: f32 = -1e30;

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::INFO_NCE];

/// `stats[r,:] = [m_r, log sum e^{x - m_r}]`, `[2N,2]`, of row `r`, and for `r >= N` of column `r - N`.
pub static STATS: Kernel = Kernel {
    name: "info_nce.stats",
    bindings: &[("x", Access::Read), ("negatives", Access::Read), ("line_stats", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "stats", grid: |p| grid_rows(2 * p[0]) }],
    cpu: stats,
    fast: None,
};

/// `y[1] = 1/2N sum_i (log sum_j e^x[i,j] + log sum_j e^x[j,i] - 2 x[i,i])`.
pub static FORWARD: Kernel = Kernel {
    name: "info_nce.forward",
    bindings: &[("x", Access::Read), ("stats_of_lines", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "group", source: SOURCE, entry: "forward", grid: |_| [1, 1, 1] }],
    cpu: forward,
    fast: None,
};

/// `dx[i,j] += dy / 2N (softmax(x[i,:])[j] + softmax(x[:,j])[i] - 2 [i = j])`.
pub static BACKWARD: Kernel = Kernel {
    name: "info_nce.backward",
    bindings: &[
        ("x", Access::Read),
        ("negatives", Access::Read),
        ("known_stats", Access::Read),
        ("dy", Access::Read),
        ("dx", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[0]),
    }],
    cpu: backward,
    fast: None,
};

fn logit(p: &Params, x: &[f32], negatives: &[f32], i: usize, j: usize) -> f32 {
    let at = i * p.size as usize + j;
    let left_out = p.has_negatives == 1 && i != j && negatives[at] == 0.0;
    if left_out { MASKED } else { x[at] }
}

fn stats(args: &mut Args) {
    let (p, x, negatives) = (args.params::<Params>(), args.read[0], args.read[1]);
    let n = p.size as usize;
    for_rows(args.write[0], 2, 16 * n, |r, out| {
        let at = |j| if r < n { logit(&p, x, negatives, r, j) } else { logit(&p, x, negatives, j, r - n) };
        let max = (0..n).map(at).fold(f32::MIN, f32::max);
        let sum: f64 = (0..n).map(|j| (f64::from(at(j)) - f64::from(max)).exp()).sum();
        out.copy_from_slice(&[max, sum.ln() as f32]);
    });
}

fn forward(args: &mut Args) {
    let (n, x, stats) = (args.params::<Params>().size as usize, args.read[0], args.read[1]);
    let loss = |r: usize| f64::from(stats[2 * r] - x[(r % n) * (n + 1)]) + f64::from(stats[2 * r + 1]);
    args.write[0][0] = ((0..2 * n).map(loss).sum::<f64>() / (2 * n) as f64) as f32;
}

fn backward(args: &mut Args) {
    let (p, x, negatives, stats) = (args.params::<Params>(), args.read[0], args.read[1], args.read[2]);
    let n = p.size as usize;
    let scale = args.read[3][0] / (2 * n) as f32;
    for_rows(args.write[0], n, 16 * n, |i, dx| {
        for (j, d) in dx.iter_mut().enumerate() {
            let x = f64::from(logit(&p, x, negatives, i, j));
            let share = |r: usize| (x - f64::from(stats[2 * r]) - f64::from(stats[2 * r + 1])).exp();
            let hit = if i == j { 2.0 } else { 0.0 };
            *d += scale * (share(i) + share(n + j) - hit) as f32;
        }
    });
}

/// `y[1] = 1/2N sum_i (log sum_j e^x[i,j] + log sum_j e^x[j,i] - 2 x[i,i])`: the mean cross-entropy in nats of picking the
/// diagonal of `logits` (`[N,N]`) in each row and each column.
/// `negatives` (`[N,N]`) is 0 where an off-diagonal pair belongs together by chance and counts neither way.
pub fn info_nce(b: &mut PlanBuilder, logits: SlotId, negatives: Option<SlotId>) -> SlotId {
    let size = b.shape(logits).last();
    assert_eq!(b.shape(logits)[..], [size, size], "logits of pairs");
    if let Some(negatives) = negatives {
        assert_eq!(b.shape(negatives), b.shape(logits), "negatives");
    }
    let params = words(&Params { size: size as u32, has_negatives: u32::from(negatives.is_some()) });
    let negatives = negatives.unwrap_or(logits);
    let stats = b.temp("info_nce_stats", [2 * size, 2]);
    let y = b.temp("info_nce", [1]);
    b.emit(&STATS, &[logits, negatives, stats], params.clone());
    b.emit(&FORWARD, &[logits, stats, y], params.clone());
    b.record(y, &[logits], move |b, dy| {
        let dx = b.grad(logits);
        b.emit(&BACKWARD, &[logits, negatives, stats, dy, dx], params);
    });
    y
}

/// Awkward sizes, large logits, pairs left out (of some rows all but the diagonal).
pub fn cases() -> Vec<Case> {
    let plain = |n: usize, scale: f32| {
        let inputs = vec![noise(&[n, n], scale, 6)];
        Case::new(format!("info_nce [{n},{n}] x{scale}"), inputs, |b, x| info_nce(b, x[0], None))
    };
    let masked = |n: usize, scale: f32| {
        let keep = (0..n * n).map(|at| f32::from(at / n != 1 && at % 3 != 0));
        let inputs = vec![noise(&[n, n], scale, 7), HostTensor::f32([n, n], keep.collect())];
        let name = format!("info_nce [{n},{n}] x{scale} negatives");
        Case::new(name, inputs, |b, x| info_nce(b, x[0], Some(x[1]))).constant(1)
    };
    vec![
        plain(1, 1.0),
        plain(63, 10.0),
        plain(65, 1e4),
        masked(64, 10.0),
        masked(257, 1.0),
        plain(4, 1.0).differentiable(),
        masked(4, 1.0).differentiable(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(has_negatives: u32) -> f32 {
        let (x, negatives) = ([3f32.ln(), 0.0, 0.0, 3f32.ln()], [0.0; 4]);
        let (mut stats, mut y) = ([f32::NAN; 8], [f32::NAN]);
        let params = words(&Params { size: 2, has_negatives });
        (STATS.cpu)(&mut Args { params: &params, read: vec![&x, &negatives], write: vec![&mut stats] });
        (FORWARD.cpu)(&mut Args { params: &params, read: vec![&x, &stats], write: vec![&mut y] });
        y[0]
    }

    #[test]
    fn definition_compares_each_pair_with_the_negatives_that_count() {
        assert!((loss(0) - (4.0f32 / 3.0).ln()).abs() < 1e-6);
        assert!(loss(1).abs() < 1e-6);
    }
}
