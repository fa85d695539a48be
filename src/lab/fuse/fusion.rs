//! Fusion of one vector of each modality, `h` `[B, D]`. `B` samples, `D` width, `n` modalities.

use super::contestant::Contestant;
use super::encoders::Input;
use super::head::{WIDTH, head};
use super::task::CLASSES;
use crate::lab::layers::difference;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::{add, mul};
use crate::ops::softmax::softmax;
use crate::ops::{concat, slice};
use crate::plan::{PlanBuilder, SlotId};

fn sigmoid(b: &mut PlanBuilder, x: SlotId, name: &str) -> SlotId {
    let gate = activation(b, x, Activation::Sigmoid);
    b.name(gate, name);
    gate
}

/// `x + share ⊙ (y - x)`.
pub(super) fn blend(b: &mut PlanBuilder, x: SlotId, y: SlotId, share: SlotId) -> SlotId {
    let off = difference(b, y, x);
    let part = mul(b, off, share);
    add(b, x, part)
}

/// Shares of sum 1 of all modalities but the last, which has the rest: of two by the logistic function of one logit, of more
/// by a softmax over the last axis of the logits.
fn shares(b: &mut PlanBuilder, logits: SlotId, name: &str) -> Vec<SlotId> {
    match b.shape(logits).last() {
        1 => vec![sigmoid(b, logits, name)],
        _ => softmax_shares(b, logits, name),
    }
}

fn softmax_shares(b: &mut PlanBuilder, logits: SlotId, name: &str) -> Vec<SlotId> {
    let (axis, count) = (b.shape(logits).len() - 1, b.shape(logits).last());
    let shares = softmax(b, logits);
    b.name(shares, name);
    (0..count - 1).map(|at| slice::slice(b, shares, axis, at, 1)).collect()
}

/// How many logits [`shares`] takes for so many modalities.
pub(super) const fn logits(modalities: usize) -> usize {
    if modalities == 2 { 1 } else { modalities }
}

/// `Σ shareₘ ⊙ xₘ` as `x_n + Σ shareₘ ⊙ (xₘ - x_n)`, the shares without the last.
fn mixture(b: &mut PlanBuilder, xs: &[SlotId], shares: &[SlotId]) -> SlotId {
    let (last, others) = xs.split_last().expect("there are modalities");
    let mut mixed = *last;
    for (x, share) in others.iter().zip(shares) {
        let off = difference(b, *x, *last);
        let part = mul(b, off, *share);
        mixed = add(b, mixed, part);
    }
    mixed
}

fn fold(b: &mut PlanBuilder, xs: &[SlotId], op: fn(&mut PlanBuilder, SlotId, SlotId) -> SlotId) -> SlotId {
    let all = xs.iter().copied().reduce(|sum, x| op(b, sum, x));
    all.expect("there are modalities")
}

/// The fusions of vectors `features`, one of each input; logits `[B, 2]`.
pub(super) fn combine(
    b: &mut PlanBuilder,
    contestant: Contestant,
    inputs: &[Input],
    features: &[SlotId],
    hidden: usize,
) -> SlotId {
    let alone = inputs.iter().position(|input| Contestant::alone(input.modality) == contestant);
    if let Some(at) = alone {
        return head(b, "head", features[at], hidden);
    }
    let fused = match contestant {
        Contestant::Sum => fold(b, features, add),
        Contestant::Product => fold(b, features, mul),
        Contestant::Late | Contestant::Modulated => return late(b, inputs, features, hidden),
        Contestant::Bilinear => return bilinear(b, inputs, features, hidden),
        Contestant::Experts => return experts(b, inputs, features, hidden),
        Contestant::Gate => gate(b, features),
        Contestant::Pool => {
            let scores = scores(b, inputs, features);
            let shares = softmax_shares(b, scores, "pool_weights");
            mixture(b, features, &shares)
        }
        Contestant::Reliability => reliability(b, inputs, features),
        _ => concat::concat(b, features, 1),
    };
    head(b, "head", fused, hidden)
}

fn late(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId], hidden: usize) -> SlotId {
    let mut answers = Vec::new();
    for (input, feature) in inputs.iter().zip(features) {
        let name = input.modality.name();
        let logits = b.scope(name, |b| head(b, "head", *feature, hidden));
        b.name(logits, &format!("logits.{name}"));
        answers.push(logits);
    }
    let mix = b.param("mix_logit", [logits(inputs.len())]);
    let alpha = shares(b, mix, "alpha");
    mixture(b, &answers, &alpha)
}

fn gate(b: &mut PlanBuilder, features: &[SlotId]) -> SlotId {
    let all = concat::concat(b, features, 1);
    let (batch, count) = (b.shape(all)[0], logits(features.len()));
    let scores = linear(b, "gate_proj", all, WIDTH * count, None);
    let scores = b.reshape(scores, [batch, WIDTH, count]);
    let shares = shares(b, scores, "gate");
    let shares: Vec<SlotId> = shares.into_iter().map(|share| b.reshape(share, [batch, WIDTH])).collect();
    mixture(b, features, &shares)
}

fn bilinear(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId], rank: usize) -> SlotId {
    let mut projected = Vec::new();
    for (input, feature) in inputs.iter().zip(features) {
        projected.push(linear(b, &format!("bilinear_{}", input.modality.name()), *feature, rank, None));
    }
    let product = fold(b, &projected, mul);
    linear(b, "bilinear_out", product, CLASSES, None)
}

/// A score of each modality, by a layer of its own: `[B, n]`.
fn scores(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId]) -> SlotId {
    let mut scores = Vec::new();
    for (input, feature) in inputs.iter().zip(features) {
        scores.push(linear(b, &format!("score_{}", input.modality.name()), *feature, 1, None));
    }
    concat::concat(b, &scores, 1)
}

fn reliability(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId]) -> SlotId {
    let scores = scores(b, inputs, features);
    let trust = sigmoid(b, scores, "trust");
    let mut parts = Vec::new();
    for (at, feature) in features.iter().enumerate() {
        let own = slice::slice(b, trust, 1, at, 1);
        parts.push(mul(b, *feature, own));
    }
    concat::concat(b, &parts, 1)
}

/// An expert for each modality and one for all.
fn experts(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId], hidden: usize) -> SlotId {
    let all = concat::concat(b, features, 1);
    let known: Vec<SlotId> = std::iter::once(all).chain(inputs.iter().map(|input| input.present)).collect();
    let known = concat::concat(b, &known, 1);
    let route = linear(b, "router", known, features.len() + 1, None);
    let route = softmax(b, route);
    b.name(route, "route");
    let mut parts = Vec::new();
    for (at, x) in features.iter().copied().chain([all]).enumerate() {
        let logits = head(b, &format!("experts.{at}"), x, hidden);
        let share = slice::slice(b, route, 1, at, 1);
        parts.push(mul(b, logits, share));
    }
    fold(b, &parts, add)
}
