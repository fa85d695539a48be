//! Scaled dot-product attention over heads (Vaswani et al. 2017, section 3.2).
//!
//! `P = softmax(mask(q k^T / sqrt(dh)))`, `y = P v`, for every batch element and head; `q`, `y` are `[B,Tq,H*dh]`,
//! `k`, `v` `[B,Tk,H*dh]`, `P` `[B,H,Tq,Tk]`, and head `h` owns the columns `h*dh..(h+1)*dh`. A query sees the first
//! `key_lengths[b]` keys, and under the causal mask none later than itself; one that sees no key gives zeros.
//!
//! Backward, with `D = q k^T / sqrt(dh)`: `dD = P (dy v^T - rowsum(P dy v^T))`, `dq += dD k / sqrt(dh)`,
//! `dk += dD^T q / sqrt(dh)`, `dv += P^T dy`.
//!
//! With a bias `[B,H,Tq,Tk]`, `P = softmax(mask(q k^T / sqrt(dh) + bias))` (Shaw et al. 2018 and Ying et al. 2021 add what is known
//! of the pair of query and key so), and `dbias += dD`.

mod cases;
mod fast;
mod skinny;

pub use cases::cases;

use crate::kernel::{Access, Args, Kernel, Variant, grid_flat, grid_rows, params, words};
use crate::ops::scale;
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

/// What attention needs to know beside its slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attention {
    /// `H`, which divides `D`.
    pub heads: usize,
    /// Whether query `i` sees keys `0..=i` only; there must then be as many queries as keys.
    pub causal: bool,
}

params! {
    struct Params {
        batch: u32,
        heads: u32,
        queries: u32,
        keys: u32,
        head_dim: u32,
        causal: u32,
        /// Whether the lengths binding holds lengths; without them it holds the keys again, unread.
        has_lengths: u32,
        scale: f32,
    }
}

impl Params {
    /// Keys that query `i` of batch element `b` sees.
    fn visible(&self, lengths: &[u32], b: usize, i: usize) -> usize {
        self.limit(i).min(self.length(lengths, b))
    }

    /// Keys of batch element `b`.
    fn length(&self, lengths: &[u32], b: usize) -> usize {
        let length = if self.has_lengths == 1 { lengths[b] } else { self.keys };
        length.min(self.keys) as usize
    }

    /// Keys that query `i` sees whatever the lengths.
    fn limit(&self, i: usize) -> usize {
        let keys = self.keys as usize;
        if self.causal == 1 { keys.min(i + 1) } else { keys }
    }

    fn width(&self) -> usize {
        (self.heads * self.head_dim) as usize
    }
}

/// Forward and backward, for [`crate::ops::registry`].
pub const KERNELS: &[&Kernel] =
    &[&FORWARD, &FORWARD_TRACED, &FORWARD_BIASED, &BACKWARD_SCORES, &BACKWARD_QUERIES, &BACKWARD_KEYS];

const SHARED: &str = wgsl::ATTENTION;
const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, SHARED, wgsl::ATTENTION_ROW];
const BLOCKED_SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_QUAD, SHARED, wgsl::ATTENTION_BLOCKED];
const BIASED_SOURCE: &[&str] = &[wgsl::LIB_INDEX, SHARED, wgsl::ATTENTION_BIASED];
const BACKWARD_SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_REDUCE, wgsl::ATTENTION_BACKWARD];

/// A workgroup per query of a head.
fn grid(p: &[u32]) -> [u32; 3] {
    grid_rows(p[0] * p[1] * p[2])
}

/// `y[b,i,h] = sum_j P[b,h,i,j] v[b,j,h]`; q, y `[B,Tq,H*dh]`, k, v `[B,Tk,H*dh]`, lengths u32 `[B]`.
pub static FORWARD: Kernel = Kernel {
    name: "attention.forward",
    bindings: &[
        ("q", Access::Read),
        ("k", Access::Read),
        ("v", Access::Read),
        ("lengths", Access::Read),
        ("y", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[
        // Four invocations per workgroup, eight queries of a head per invocation.
        Variant {
            name: "blocked",
            source: BLOCKED_SOURCE,
            entry: "forward",
            grid: |p| grid_rows((p[0] * p[1] * p[2].div_ceil(8)).div_ceil(4)),
        },
        Variant { name: "row", source: SOURCE, entry: "forward", grid },
    ],
    cpu: |args| {
        let p: Params = args.params();
        let mut probs = vec![0.0; (p.batch * p.heads * p.queries * p.keys) as usize];
        forward(&p, args, &|_| 0.0, &mut probs);
    },
    fast: Some(|args| match skinny::applies_to(&args.params()) {
        true => skinny::forward(args),
        false => fast::forward(args),
    }),
};

/// As [`FORWARD`], and `probs[b,h,i,j] = P[b,h,i,j]`.
pub static FORWARD_TRACED: Kernel = Kernel {
    name: "attention.forward_traced",
    bindings: &[
        ("q", Access::Read),
        ("k", Access::Read),
        ("v", Access::Read),
        ("lengths", Access::Read),
        ("y", Access::Write),
        ("probs", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: SOURCE, entry: "forward_traced", grid }],
    cpu: |args| {
        let probs = args.write.pop().expect("probs");
        forward(&args.params(), args, &|_| 0.0, probs);
    },
    fast: Some(fast::forward_traced),
};

/// As [`FORWARD_TRACED`], of scores to which `bias[b,h,i,j]` is added. It is for few keys, such as the nodes of a graph.
pub static FORWARD_BIASED: Kernel = Kernel {
    name: "attention.forward_biased",
    bindings: &[
        ("q", Access::Read),
        ("k", Access::Read),
        ("v", Access::Read),
        ("lengths", Access::Read),
        ("bias", Access::Read),
        ("biased_y", Access::Write),
        ("biased_probs", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: BIASED_SOURCE,
        entry: "forward_biased",
        grid: |p| grid_flat(p[0] * p[1] * p[2]),
    }],
    cpu: |args| {
        let (probs, bias) = (args.write.pop().expect("probs"), args.read[4]);
        forward(&args.params(), args, &|at| f64::from(bias[at]), probs);
    },
    fast: None,
};

/// `scores[b,h,i,j] = scale P (dP - sum_j P dP)` with `dP[b,h,i,j] = dy[b,i,h] . v[b,j,h]`.
pub static BACKWARD_SCORES: Kernel = Kernel {
    name: "attention.backward_scores",
    bindings: &[
        ("v", Access::Read),
        ("probs", Access::Read),
        ("dy", Access::Read),
        ("scores", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant { name: "row", source: BACKWARD_SOURCE, entry: "backward_scores", grid }],
    cpu: backward_scores,
    fast: Some(fast::backward_scores),
};

/// `dx[b,i,h] += sum_j weights[b,h,i,j] x[b,j,h]`: from keys to queries.
pub static BACKWARD_QUERIES: Kernel = Kernel {
    name: "attention.backward_queries",
    bindings: &[("weights", Access::Read), ("x", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: BACKWARD_SOURCE,
        entry: "backward_queries",
        grid: |p| grid_flat(p[0] * p[1] * p[2] * p[4]),
    }],
    cpu: |args| backward_mix(args, |p, h, i, j| (h * p.queries as usize + i) * p.keys as usize + j),
    fast: Some(fast::backward_queries),
};

/// `dx[b,j,h] += sum_i weights[b,h,i,j] x[b,i,h]`: from queries to keys.
pub static BACKWARD_KEYS: Kernel = Kernel {
    name: "attention.backward_keys",
    bindings: &[("weights", Access::Read), ("x", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: BACKWARD_SOURCE,
        entry: "backward_keys",
        grid: |p| grid_flat(p[0] * p[1] * p[3] * p[4]),
    }],
    cpu: |args| backward_mix(args, |p, h, j, i| (h * p.queries as usize + i) * p.keys as usize + j),
    fast: Some(fast::backward_keys),
};

/// `bias` of an index into the probabilities is added to its score.
fn forward(p: &Params, args: &mut Args, bias: &dyn Fn(usize) -> f64, probs: &mut [f32]) {
    let (q, k, v, lengths) = (args.read[0], args.read[1], args.read[2], args.ids(3));
    let (queries, keys, dh, width) = (p.queries as usize, p.keys as usize, p.head_dim as usize, p.width());
    let y = &mut args.write[0];
    for (row, probs) in probs.chunks_mut(keys).enumerate() {
        let (b, h, i) = (row / queries / p.heads as usize, row / queries % p.heads as usize, row % queries);
        let seen = p.visible(lengths, b, i);
        let (at_q, at_k) = ((b * queries + i) * width + h * dh, |j: usize| (b * keys + j) * width + h * dh);
        let score = |j: usize| {
            let dot: f64 = (0..dh).map(|d| f64::from(q[at_q + d]) * f64::from(k[at_k(j) + d])).sum();
            dot * f64::from(p.scale) + bias(row * keys + j)
        };
        let scores: Vec<f64> = (0..seen).map(score).collect();
        let max = scores.iter().copied().fold(f64::MIN, f64::max);
        let total: f64 = scores.iter().map(|s| (s - max).exp()).sum();
        probs.fill(0.0);
        for (prob, s) in probs.iter_mut().zip(&scores) {
            *prob = ((s - max).exp() / total) as f32;
        }
        for d in 0..dh {
            let sum: f64 = (0..seen).map(|j| f64::from(probs[j]) * f64::from(v[at_k(j) + d])).sum();
            y[at_q + d] = sum as f32;
        }
    }
}

fn backward_scores(args: &mut Args) {
    let p: Params = args.params();
    let (v, probs, dy) = (args.read[0], args.read[1], args.read[2]);
    let (queries, keys, dh, width) = (p.queries as usize, p.keys as usize, p.head_dim as usize, p.width());
    for (row, scores) in args.write[0].chunks_mut(keys).enumerate() {
        let (b, h, i) = (row / queries / p.heads as usize, row / queries % p.heads as usize, row % queries);
        let probs = &probs[row * keys..][..keys];
        let (dy, v) = (&dy[(b * queries + i) * width + h * dh..], &v[b * keys * width + h * dh..]);
        let dprob =
            |j: usize| -> f64 { (0..dh).map(|d| f64::from(dy[d]) * f64::from(v[j * width + d])).sum() };
        let mean: f64 = (0..keys).map(|j| f64::from(probs[j]) * dprob(j)).sum();
        for (j, score) in scores.iter_mut().enumerate() {
            *score = (f64::from(p.scale) * f64::from(probs[j]) * (dprob(j) - mean)) as f32;
        }
    }
}

/// `dx[b,t,h] += sum_s weights[b][at(h,t,s)] x[b,s,h]`.
fn backward_mix(args: &mut Args, at: impl Fn(&Params, usize, usize, usize) -> usize) {
    let p: Params = args.params();
    let (batch, dh, width) = (p.batch as usize, p.head_dim as usize, p.width());
    let (scores, x) = (args.read[0], args.read[1]);
    let (score_size, x_size) = (scores.len() / batch, x.len() / batch);
    let targets = args.write[0].len() / width / batch;
    for (n, out) in args.write[0].iter_mut().enumerate() {
        let (b, t, c) = (n / width / targets, n / width % targets, n % width);
        let (scores, x) = (&scores[b * score_size..], &x[b * x_size..]);
        let term = |s: usize| f64::from(scores[at(&p, c / dh, t, s)]) * f64::from(x[s * width + c]);
        *out += (0..x_size / width).map(term).sum::<f64>() as f32;
    }
}

/// `y[..,Tq,D] = softmax(mask(q k^T / sqrt(dh))) v`, head by head.
///
/// Attention of `q` (`[..,Tq,D]`, any leading rows) to `k`, `v` (`[B,Tk,D]`), of which batch element `b` has
/// `key_lengths[b]` (u32 `[B]`; all without); `Tq = numel(q) / (B*D)`. The result has the shape of `q`.
///
/// In training, or when traced, the probabilities stand in the slot `attention_probs` of the current scope.
pub fn attention(
    b: &mut PlanBuilder,
    config: Attention,
    q: SlotId,
    k: SlotId,
    v: SlotId,
    key_lengths: Option<SlotId>,
) -> SlotId {
    let params = params(b, config, q, k, v, key_lengths);
    if !b.is_training() && !b.is_traced() {
        let y = b.temp("attention", b.shape(q).clone());
        b.emit(&FORWARD, &[q, k, v, key_lengths.unwrap_or(k), y], words(&params));
        return y;
    }
    traced(b, params, [q, k, v], key_lengths, None)
}

/// As [`attention`], with `bias` (`[B,H,Tq,Tk]`) added to the scores before the softmax. The probabilities can always be read.
pub fn biased_attention(
    b: &mut PlanBuilder,
    config: Attention,
    [q, k, v]: [SlotId; 3],
    key_lengths: Option<SlotId>,
    bias: SlotId,
) -> SlotId {
    let params = params(b, config, q, k, v, key_lengths);
    assert_eq!(b.shape(bias)[..], probs_shape(&params), "the bias of attention");
    traced(b, params, [q, k, v], key_lengths, Some(bias))
}

fn probs_shape(params: &Params) -> [usize; 4] {
    [params.batch, params.heads, params.queries, params.keys].map(|n| n as usize)
}

/// Attention whose probabilities stay, with its backward.
fn traced(
    b: &mut PlanBuilder,
    params: Params,
    [q, k, v]: [SlotId; 3],
    key_lengths: Option<SlotId>,
    bias: Option<SlotId>,
) -> SlotId {
    let (sizes, lengths) = (probs_shape(&params), key_lengths.unwrap_or(k));
    let y = b.temp("attention", b.shape(q).clone());
    let probs = b.named_temp("attention_probs", sizes);
    match bias {
        Some(bias) => b.emit(&FORWARD_BIASED, &[q, k, v, lengths, bias, y, probs], words(&params)),
        None => b.emit(&FORWARD_TRACED, &[q, k, v, lengths, y, probs], words(&params)),
    }
    let sources: Vec<SlotId> = [q, k, v].into_iter().chain(bias).collect();
    b.record(y, &sources, move |b, dy| {
        let words = words(&params);
        let bias = bias.filter(|bias| b.needs_grad(*bias));
        if b.needs_grad(q) || b.needs_grad(k) || bias.is_some() {
            let scores = b.temp("attention_scores", sizes);
            b.emit(&BACKWARD_SCORES, &[v, probs, dy, scores], words.clone());
            accumulate(b, &BACKWARD_QUERIES, [scores, k], q, &words);
            accumulate(b, &BACKWARD_KEYS, [scores, q], k, &words);
            if let Some(bias) = bias {
                let grad = b.grad(bias);
                scale::add_scaled(b, scores, 1.0 / params.scale, grad);
            }
        }
        accumulate(b, &BACKWARD_KEYS, [probs, dy], v, &words);
    });
    y
}

/// `grad(of) += kernel(read)`, of the shape of `of`, where a gradient is wanted.
fn accumulate(b: &mut PlanBuilder, kernel: &'static Kernel, read: [SlotId; 2], of: SlotId, params: &[u32]) {
    if b.needs_grad(of) {
        let grad = b.grad(of);
        b.emit(kernel, &[read[0], read[1], grad], params.to_vec());
    }
}

fn params(
    b: &PlanBuilder,
    config: Attention,
    q: SlotId,
    k: SlotId,
    v: SlotId,
    key_lengths: Option<SlotId>,
) -> Params {
    let &[batch, keys, width] = &b.shape(k)[..] else { panic!("keys are [B,Tk,D], not {}", b.shape(k)) };
    let (queries, head_dim) = (b.shape(q).numel() / (batch * width), width / config.heads);
    assert_eq!(b.shape(v), b.shape(k), "values and keys");
    assert_eq!(head_dim * config.heads, width, "{} heads do not divide {width} columns", config.heads);
    assert_eq!(b.shape(q).last(), width, "queries {} for keys {}", b.shape(q), b.shape(k));
    assert_eq!(queries * batch * width, b.shape(q).numel(), "queries {} for keys {}", b.shape(q), b.shape(k));
    assert!(!config.causal || queries == keys, "the causal mask is square, not {queries}x{keys}");
    if let Some(lengths) = key_lengths {
        assert_eq!(b.shape(lengths)[..], [batch], "key lengths");
    }
    Params {
        batch: batch as u32,
        heads: config.heads as u32,
        queries: queries as u32,
        keys: keys as u32,
        head_dim: head_dim as u32,
        causal: u32::from(config.causal),
        has_lengths: u32::from(key_lengths.is_some()),
        scale: 1.0 / (head_dim as f32).sqrt(),
    }
}
