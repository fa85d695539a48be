//! Attention on the CPU at speed: head by head as matrix products, without what the causal mask hides.

use super::Params;
use crate::dispatch::dispatched;
use crate::kernel::{Args, for_rows};
use crate::ops::fast_math;
use crate::ops::gemm::{Mat, gemm};

/// Rows per product under the causal mask: products of fewer rows compute less of what it hides, at a lower rate.
const CAUSAL_BLOCK: usize = 32;

/// Rows of a task where there is only one batch element.
const TASK: usize = 64;

/// Probabilities that a task holds at a time, unless [`TASK`] rows have more of them.
const HELD: usize = 1 << 20;

/// Sizes of one batch element.
pub(super) struct Sizes {
    pub heads: usize,
    pub queries: usize,
    pub keys: usize,
    pub dh: usize,
    pub width: usize,
}

impl Sizes {
    pub(super) fn of(p: &Params) -> Self {
        let [heads, queries, keys, dh] = [p.heads, p.queries, p.keys, p.head_dim].map(|n| n as usize);
        Sizes { heads, queries, keys, dh, width: heads * dh }
    }

    /// Rows `i..` of head `h` of batch element `b` of `x` (`[B,rows,D]`).
    fn head<'a>(&self, x: &'a [f32], rows: usize, b: usize, h: usize, i: usize) -> Mat<'a> {
        Mat::new(&x[(b * rows + i) * self.width + h * self.dh..], self.width, 1)
    }

    fn keyed<'a>(&self, x: &'a [f32], b: usize, h: usize) -> Mat<'a> {
        self.head(x, self.keys, b, h, 0)
    }

    fn queried<'a>(&self, x: &'a [f32], b: usize, h: usize, i: usize) -> Mat<'a> {
        self.head(x, self.queries, b, h, i)
    }
}

fn transposed(x: Mat) -> Mat {
    Mat::new(x.data, x.cs, x.rs)
}

/// Rows of a task: a batch element's, or a part of them where there is only one.
fn task(p: &Params, rows: usize) -> usize {
    if p.batch == 1 { rows.min(TASK) } else { rows }
}

/// Cuts queries `first..first + count` into runs (start within them, length, keys that the last one may see, at most `keys`).
fn runs(p: &Params, first: usize, count: usize, keys: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let p = *p;
    let block = if p.causal == 1 { CAUSAL_BLOCK } else { count };
    (0..count).step_by(block).map(move |start| {
        let length = block.min(count - start);
        (start, length, p.limit(first + start + length - 1).min(keys))
    })
}

/// `out[i,j] = x[i] . y[j]` for one head of queries `first..` and the first `keys`; `out` keeps the rest and what the causal
/// mask hides.
fn products(p: &Params, first: usize, keys: usize, x: Mat, y: Mat, out: &mut [f32]) {
    let s = Sizes::of(p);
    for (start, length, limit) in runs(p, first, out.len() / s.keys, keys) {
        let out = &mut out[start * s.keys..];
        gemm([length, limit, s.dh], x.from_row(start), transposed(y), 0.0, out, (s.keys, 1));
    }
}

/// `y[i] = beta y[i] + sum_j weights[i,j] x[j]` for one head of queries `first..` and the first `keys`.
fn mix(p: &Params, first: usize, keys: usize, weights: &[f32], x: Mat, beta: f32, y: &mut [f32]) {
    let s = Sizes::of(p);
    for (start, length, limit) in runs(p, first, weights.len() / s.keys, keys) {
        let weights = Mat::new(&weights[start * s.keys..], s.keys, 1);
        gemm([length, s.dh, limit], weights, x, beta, &mut y[start * s.width..], (s.width, 1));
    }
}

dispatched! {
    /// `probs[i] = softmax(scale probs[i])` over the keys that query `first + i` of batch element `b` sees, zeros beyond.
    pub(super) fn softmax<M: MulAdd>(p: &Params, lengths: &[u32], b: usize, first: usize, probs: &mut [f32]) {
        for (i, row) in probs.chunks_mut(p.keys as usize).enumerate() {
            let (seen, rest) = row.split_at_mut(p.visible(lengths, b, first + i));
            let max = fast_math::max(seen);
            for s in seen.iter_mut() {
                *s = fast_math::exp::<M>((*s - max) * p.scale);
            }
            let norm = 1.0 / fast_math::sum([seen], |[s]| s);
            for s in seen.iter_mut() {
                *s *= norm;
            }
            rest.fill(0.0);
        }
    }
}

pub(super) fn forward(args: &mut Args) {
    let (p, lengths) = (args.params::<Params>(), args.ids(3));
    let (q, k, v, s) = (args.read[0], args.read[1], args.read[2], Sizes::of(&p));
    let block = task(&p, s.queries);
    for_rows(args.write[0], block * s.width, block * s.width * s.keys, |n, y| {
        let (b, first) = (n * block / s.queries, n * block % s.queries);
        let held = TASK.max(HELD / s.keys).min(y.len() / s.width);
        let mut probs = vec![0.0; held * s.keys];
        let keys = p.length(lengths, b);
        for (part, y) in y.chunks_mut(held * s.width).enumerate() {
            let first = first + part * held;
            let probs = &mut probs[..y.len() / s.width * s.keys];
            for h in 0..s.heads {
                products(&p, first, keys, s.queried(q, b, h, first), s.keyed(k, b, h), probs);
                softmax(&p, lengths, b, first, probs);
                mix(&p, first, keys, probs, s.keyed(v, b, h), 0.0, &mut y[h * s.dh..]);
            }
        }
    });
}

pub(super) fn forward_traced(args: &mut Args) {
    let (p, lengths) = (args.params::<Params>(), args.ids(3));
    let (q, k, v, s) = (args.read[0], args.read[1], args.read[2], Sizes::of(&p));
    let [y, probs] = &mut args.write[..] else { unreachable!("two results") };
    for_rows(probs, s.queries * s.keys, s.queries * s.keys * s.dh, |row, probs| {
        let (b, h) = (row / s.heads, row % s.heads);
        products(&p, 0, p.length(lengths, b), s.queried(q, b, h, 0), s.keyed(k, b, h), probs);
        softmax(&p, lengths, b, 0, probs);
    });
    mix_queries(&p, |b| p.length(lengths, b), probs, v, 0.0, y);
}

/// `y[b,i,h] = beta y[b,i,h] + sum_j weights[b,h,i,j] x[b,j,h]` over the first `keys(b)` keys.
fn mix_queries(
    p: &Params,
    keys: impl Fn(usize) -> usize + Sync,
    weights: &[f32],
    x: &[f32],
    beta: f32,
    y: &mut [f32],
) {
    let s = Sizes::of(p);
    let block = task(p, s.queries);
    for_rows(y, block * s.width, block * s.width * s.keys, |n, y| {
        let (b, first, count) = (n * block / s.queries, n * block % s.queries, y.len() / s.width);
        for h in 0..s.heads {
            let start = ((b * s.heads + h) * s.queries + first) * s.keys;
            let weights = &weights[start..][..count * s.keys];
            mix(p, first, keys(b), weights, s.keyed(x, b, h), beta, &mut y[h * s.dh..]);
        }
    });
}

pub(super) fn backward_queries(args: &mut Args) {
    let p: Params = args.params();
    mix_queries(&p, |_| p.keys as usize, args.read[0], args.read[1], 1.0, args.write[0]);
}

pub(super) fn backward_keys(args: &mut Args) {
    let (p, weights, x) = (args.params::<Params>(), args.read[0], args.read[1]);
    let s = Sizes::of(&p);
    let block = task(&p, s.keys);
    for_rows(args.write[0], block * s.width, block * s.width * s.queries, |n, dx| {
        let (b, first, count) = (n * block / s.keys, n * block % s.keys, dx.len() / s.width);
        for h in 0..s.heads {
            for (start, length, _) in runs(&p, first, count, s.keys) {
                let key = first + start;
                // Under the causal mask query `key` is the first that sees it.
                let query = if p.causal == 1 { key } else { 0 };
                let at = ((b * s.heads + h) * s.queries + query) * s.keys + key;
                let weights = Mat::new(&weights[at..], 1, s.keys);
                let size = [length, s.dh, s.queries - query];
                let dx = &mut dx[start * s.width + h * s.dh..];
                gemm(size, weights, s.queried(x, b, h, query), 1.0, dx, (s.width, 1));
            }
        }
    });
}

dispatched! {
    pub(super) fn backward_scores(args: &mut Args) {
        let (p, v, probs, dy) = (args.params::<Params>(), args.read[0], args.read[1], args.read[2]);
        let s = Sizes::of(&p);
        let size = s.queries * s.keys;
        for_rows(args.write[0], size, size * s.dh, |row, scores| {
            let (b, h) = (row / s.heads, row % s.heads);
            products(&p, 0, s.keys, s.queried(dy, b, h, 0), s.keyed(v, b, h), scores);
            let probs = probs[row * size..].chunks(s.keys);
            for (i, (scores, probs)) in scores.chunks_mut(s.keys).zip(probs).enumerate() {
                let (seen, rest) = scores.split_at_mut(p.limit(i));
                let probs = &probs[..seen.len()];
                let mean = fast_math::sum([seen, probs], |[s, p]| s * p);
                for (score, prob) in seen.iter_mut().zip(probs) {
                    *score = p.scale * prob * (*score - mean);
                }
                rest.fill(0.0);
            }
        });
    }
}
