//! Attention on the CPU at speed: head by head as small matrix products; masked keys are not computed.

use super::Params;
use crate::kernel::{Args, for_rows};
use crate::ops::fast_math;
use crate::ops::small_gemm::{Left, Right, gemm, transpose};

/// Queries that share their number of keys under the causal mask, and a task when there is one batch element.
const BLOCK: usize = 16;

/// Sizes of one batch element.
struct Sizes {
    heads: usize,
    queries: usize,
    keys: usize,
    dh: usize,
    width: usize,
}

impl Sizes {
    fn of(p: &Params) -> Self {
        let [heads, queries, keys, dh] = [p.heads, p.queries, p.keys, p.head_dim].map(|n| n as usize);
        Sizes { heads, queries, keys, dh, width: heads * dh }
    }

    /// Head `h` of the keys or values of batch element `b`.
    fn keyed<'a>(&self, x: &'a [f32], b: usize, h: usize) -> Right<'a> {
        Right { data: &x[b * self.keys * self.width + h * self.dh..], row: self.width }
    }

    /// Head `h` of queries `i..` (or what has their shape) of batch element `b`.
    fn queried<'a>(&self, x: &'a [f32], b: usize, h: usize, i: usize) -> Left<'a> {
        Left { data: &x[(b * self.queries + i) * self.width + h * self.dh..], row: self.width, col: 1 }
    }
}

/// `probs[i, ..keys] = softmax(scale * scores)` over the keys that each query sees, zeros beyond.
fn softmax(p: &Params, lengths: &[u32], b: usize, first: usize, probs: &mut [f32]) {
    for (i, row) in probs.chunks_mut(p.keys as usize).enumerate() {
        let (seen, rest) = row.split_at_mut(p.visible(lengths, b, first + i));
        let max = fast_math::max(seen);
        for s in seen.iter_mut() {
            *s = fast_math::exp((*s - max) * p.scale);
        }
        let norm = 1.0 / fast_math::sum([seen], |[s]| s);
        for s in seen.iter_mut() {
            *s *= norm;
        }
        rest.fill(0.0);
    }
}

/// Probabilities of queries `first..` of one head; `kt` is that head's keys transposed, `[dh, Tk]`.
fn head_probs(p: &Params, lengths: &[u32], b: usize, first: usize, q: Left, kt: &[f32], probs: &mut [f32]) {
    let s = Sizes::of(p);
    for (n, rows) in probs.chunks_mut(BLOCK * s.keys).enumerate() {
        let (start, count) = (n * BLOCK, rows.len() / s.keys);
        let seen = p.visible(lengths, b, first + start + count - 1);
        let q = Left { data: &q.data[start * s.width..], ..q };
        rows.fill(0.0);
        gemm([count, seen, s.dh], q, Right { data: kt, row: s.keys }, rows, s.keys);
        softmax(p, lengths, b, first + start, rows);
    }
}

pub(super) fn forward_traced(args: &mut Args) {
    let (p, lengths) = (args.params::<Params>(), args.ids(3));
    let (q, k, v, s) = (args.read[0], args.read[1], args.read[2], Sizes::of(&p));
    let [y, probs] = &mut args.write[..] else { unreachable!("two results") };
    for_rows(probs, s.queries * s.keys, s.queries * s.keys * s.dh, |row, probs| {
        let (b, h) = (row / s.heads, row % s.heads);
        let kt = transposed(s.keyed(k, b, h), &s);
        head_probs(&p, lengths, b, 0, s.queried(q, b, h, 0), &kt, probs);
    });
    y.fill(0.0);
    mix_queries(&p, probs, v, y);
}

pub(super) fn forward(args: &mut Args) {
    let (p, lengths) = (args.params::<Params>(), args.ids(3));
    let (q, k, v, s) = (args.read[0], args.read[1], args.read[2], Sizes::of(&p));
    let block = task(&p, s.queries);
    for_rows(&mut args.write[0], block * s.width, block * s.width * s.keys, |n, y| {
        let (b, first) = (n * block / s.queries, n * block % s.queries);
        let mut probs = vec![0.0; y.len() / s.width * s.keys];
        y.fill(0.0);
        for h in 0..s.heads {
            let kt = transposed(s.keyed(k, b, h), &s);
            head_probs(&p, lengths, b, first, s.queried(q, b, h, first), &kt, &mut probs);
            mix(&p, first, &probs, s.keyed(v, b, h), &mut y[h * s.dh..]);
        }
    });
}

/// Rows of a task: a batch element's, or a part of them where there is only one.
fn task(p: &Params, rows: usize) -> usize {
    if p.batch == 1 { rows.min(4 * BLOCK) } else { rows }
}

fn transposed(x: Right, s: &Sizes) -> Vec<f32> {
    let mut out = vec![0.0; s.dh * s.keys];
    transpose(x, s.keys, s.dh, &mut out);
    out
}

/// `y[i] += sum_j scores[i,j] x[j]` for one head of queries `first..`.
fn mix(p: &Params, first: usize, scores: &[f32], x: Right, y: &mut [f32]) {
    let s = Sizes::of(p);
    for (n, scores) in scores.chunks(BLOCK * s.keys).enumerate() {
        let (start, count) = (n * BLOCK, scores.len() / s.keys);
        let size = [count, s.dh, p.limit(first + start + count - 1)];
        gemm(size, Left { data: scores, row: s.keys, col: 1 }, x, &mut y[start * s.width..], s.width);
    }
}

/// `y[b,i,h] += sum_j scores[b,h,i,j] x[b,j,h]`.
fn mix_queries(p: &Params, scores: &[f32], x: &[f32], y: &mut [f32]) {
    let s = Sizes::of(p);
    let block = task(p, s.queries);
    for_rows(y, block * s.width, block * s.width * s.keys, |n, y| {
        let (b, first, count) = (n * block / s.queries, n * block % s.queries, y.len() / s.width);
        for h in 0..s.heads {
            let scores = &scores[((b * s.heads + h) * s.queries + first) * s.keys..][..count * s.keys];
            mix(p, first, scores, s.keyed(x, b, h), &mut y[h * s.dh..]);
        }
    });
}

pub(super) fn backward_queries(args: &mut Args) {
    mix_queries(&args.params(), args.read[0], args.read[1], args.write[0]);
}

pub(super) fn backward_keys(args: &mut Args) {
    let (p, scores, x) = (args.params::<Params>(), args.read[0], args.read[1]);
    let s = Sizes::of(&p);
    let block = task(&p, s.keys);
    for_rows(args.write[0], block * s.width, block * s.width * s.queries, |n, dx| {
        let (b, first, count) = (n * block / s.keys, n * block % s.keys, dx.len() / s.width);
        for (h, start) in (0..s.heads).flat_map(|h| (0..count).step_by(BLOCK).map(move |j| (h, j))) {
            let j = first + start;
            // Under the causal mask the earliest query that sees key j is query j.
            let i = if p.causal == 1 { j } else { 0 };
            let at = ((b * s.heads + h) * s.queries + i) * s.keys + j;
            let scores = Left { data: &scores[at..], row: 1, col: s.keys };
            let x = Right { data: s.queried(x, b, h, i).data, row: s.width };
            let size = [BLOCK.min(count - start), s.dh, s.queries - i];
            gemm(size, scores, x, &mut dx[start * s.width + h * s.dh..], s.width);
        }
    });
}

pub(super) fn backward_scores(args: &mut Args) {
    let (p, v, probs, dy) = (args.params::<Params>(), args.read[0], args.read[1], args.read[2]);
    let s = Sizes::of(&p);
    let size = s.queries * s.keys;
    for_rows(args.write[0], size, size * s.dh, |row, scores| {
        let (b, h) = (row / s.heads, row % s.heads);
        let vt = transposed(s.keyed(v, b, h), &s);
        let probs = &probs[row * size..][..size];
        scores.fill(0.0);
        for (n, scores) in scores.chunks_mut(BLOCK * s.keys).enumerate() {
            let (start, count) = (n * BLOCK, scores.len() / s.keys);
            let limit = p.limit(start + count - 1);
            let dy = s.queried(dy, b, h, start);
            gemm([count, limit, s.dh], dy, Right { data: &vt, row: s.keys }, scores, s.keys);
            let probs = probs[start * s.keys..].chunks(s.keys);
            for (scores, probs) in scores.chunks_mut(s.keys).zip(probs) {
                let (scores, probs) = (&mut scores[..limit], &probs[..limit]);
                let mean = fast_math::sum([scores, probs], |[s, p]| s * p);
                for (score, prob) in scores.iter_mut().zip(probs) {
                    *score = p.scale * prob * (*score - mean);
                }
            }
        }
    });
}
