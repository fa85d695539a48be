//! Attention of few queries on the CPU, as of one token. Reading keys and values is all the cost: each is read once, as it
//! lies, through all heads.

use super::Params;
use super::fast::{Sizes, softmax};
use crate::dispatch::dispatched;
use crate::dot::dots;
use crate::kernel::{Args, for_rows};
use crate::ops::gemm::skinny::{self, STREAMS};

/// Whether there are so few queries.
pub(super) fn applies_to(p: &Params) -> bool {
    (p.queries as usize) < skinny::ROWS
}

dispatched! {
    pub(super) fn forward(args: &mut Args) {
        let (p, lengths) = (args.params::<Params>(), args.ids(3));
        let (q, k, v, s) = (args.read[0], args.read[1], args.read[2], Sizes::of(&p));
        let size = s.queries * s.width;
        for_rows(args.write[0], size, size * s.keys, |b, y| {
            let [q, k, v] =
                [(q, size), (k, s.keys * s.width), (v, s.keys * s.width)].map(|(x, n)| &x[b * n..][..n]);
            let keys = p.length(lengths, b);
            let part = keys / STREAMS;
            let places = |j| std::array::from_fn::<_, STREAMS, _>(|stream| stream * part + j);
            let mut probs = vec![0.0; s.queries * s.heads * s.keys];
            (0..part).for_each(|j| multiply(&s, q, k, places(j), &mut probs));
            (STREAMS * part..keys).for_each(|j| multiply(&s, q, k, [j], &mut probs));
            for (row, probs) in probs.chunks_mut(s.keys).enumerate() {
                softmax(&p, lengths, b, row / s.heads, probs);
            }
            y.fill(0.0);
            (0..part).for_each(|j| mix(&s, &probs, v, places(j), y));
            (STREAMS * part..keys).for_each(|j| mix(&s, &probs, v, [j], y));
        });
    }
}

/// `scores[i,h,j] = q[i,h] . k[j,h]` of these `j`.
#[inline(always)]
fn multiply<const S: usize>(s: &Sizes, q: &[f32], k: &[f32], at: [usize; S], scores: &mut [f32]) {
    for (row, q) in q.chunks_exact(s.dh).enumerate() {
        let head = row % s.heads * s.dh;
        let products = dots(q, at.map(|j| &k[j * s.width + head..][..s.dh]));
        for (j, product) in at.into_iter().zip(products) {
            scores[row * s.keys + j] = product;
        }
    }
}

/// `y[i,h] += sum_j probs[i,h,j] v[j,h]` over these `j`.
#[inline(always)]
fn mix<const S: usize>(s: &Sizes, probs: &[f32], v: &[f32], at: [usize; S], y: &mut [f32]) {
    for (row, y) in y.chunks_exact_mut(s.dh).enumerate() {
        let head = row % s.heads * s.dh;
        // Apart from each other: of pairs LLVM does not see the lines' length, and does not vectorise.
        let weights = at.map(|j| probs[row * s.keys + j]);
        let lines = at.map(|j| &v[j * s.width + head..][..s.dh]);
        for (c, y) in y.iter_mut().enumerate() {
            for (weight, line) in weights.iter().zip(&lines) {
                *y += weight * line[c];
            }
        }
    }
}
