//! Fusion of two vectors, one of the picture and one of the words. `B` samples, `D` width.

use super::contestant::Contestant;
use super::head::{WIDTH, head};
use super::modality::MODALITIES;
use super::task::CLASSES;
use crate::lab::layers::difference;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::{add, mul};
use crate::ops::softmax::softmax;
use crate::ops::{concat, slice};
use crate::plan::{PlanBuilder, SlotId};

/// Experts of the mixture: for the picture, for the words, for both.
const EXPERTS: usize = 3;

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

/// The fusions of two vectors `[B, D]`; logits `[B, 2]`. `present` tells whether each modality is there, `[B, 1]`.
pub(super) fn combine(
    b: &mut PlanBuilder,
    contestant: Contestant,
    [picture, words]: [SlotId; 2],
    present: &[SlotId; 2],
    hidden: usize,
) -> SlotId {
    let both = |b: &mut PlanBuilder| concat::concat(b, &[picture, words], 1);
    let fused = match contestant {
        Contestant::Picture => picture,
        Contestant::Words => words,
        Contestant::Sum => add(b, picture, words),
        Contestant::Product => mul(b, picture, words),
        Contestant::Late | Contestant::Modulated => return late(b, [picture, words], hidden),
        Contestant::Bilinear => return bilinear(b, [picture, words], hidden),
        Contestant::Experts => return experts(b, [picture, words], present, hidden),
        Contestant::Gate => {
            let both = both(b);
            let gate = linear(b, "gate_proj", both, WIDTH, None);
            let gate = sigmoid(b, gate, "gate");
            blend(b, words, picture, gate)
        }
        Contestant::Pool => pool(b, [picture, words]),
        Contestant::Reliability => reliability(b, [picture, words]),
        _ => both(b),
    };
    head(b, "head", fused, hidden)
}

fn late(b: &mut PlanBuilder, features: [SlotId; 2], hidden: usize) -> SlotId {
    let [picture, words] = [0, 1].map(|at| {
        let logits = b.scope(MODALITIES[at], |b| head(b, "head", features[at], hidden));
        b.name(logits, &format!("logits.{}", MODALITIES[at]));
        logits
    });
    let mix = b.param("mix_logit", [1]);
    let alpha = sigmoid(b, mix, "alpha");
    blend(b, words, picture, alpha)
}

fn bilinear(b: &mut PlanBuilder, [picture, words]: [SlotId; 2], rank: usize) -> SlotId {
    let picture = linear(b, "bilinear_picture", picture, rank, None);
    let words = linear(b, "bilinear_words", words, rank, None);
    let product = mul(b, picture, words);
    linear(b, "bilinear_out", product, CLASSES, None)
}

/// A score of each modality, by a layer of its own: `[B, 2]`.
fn scores(b: &mut PlanBuilder, features: [SlotId; 2]) -> SlotId {
    let scores = [0, 1].map(|at| linear(b, &format!("score_{}", MODALITIES[at]), features[at], 1, None));
    concat::concat(b, &scores, 1)
}

fn pool(b: &mut PlanBuilder, features: [SlotId; 2]) -> SlotId {
    let scores = scores(b, features);
    let shares = softmax(b, scores);
    b.name(shares, "pool_weights");
    let picture = slice::slice(b, shares, 1, 0, 1);
    blend(b, features[1], features[0], picture)
}

fn reliability(b: &mut PlanBuilder, features: [SlotId; 2]) -> SlotId {
    let scores = scores(b, features);
    let trust = sigmoid(b, scores, "trust");
    let parts = [0, 1].map(|at| {
        let own = slice::slice(b, trust, 1, at, 1);
        mul(b, features[at], own)
    });
    concat::concat(b, &parts, 1)
}

fn experts(
    b: &mut PlanBuilder,
    [picture, words]: [SlotId; 2],
    present: &[SlotId; 2],
    hidden: usize,
) -> SlotId {
    let both = concat::concat(b, &[picture, words], 1);
    let known = concat::concat(b, &[both, present[0], present[1]], 1);
    let route = linear(b, "router", known, EXPERTS, None);
    let route = softmax(b, route);
    b.name(route, "route");
    let mut answer = None;
    for (at, x) in [picture, words, both].into_iter().enumerate() {
        let logits = head(b, &format!("experts.{at}"), x, hidden);
        let share = slice::slice(b, route, 1, at, 1);
        let part = mul(b, logits, share);
        answer = Some(match answer {
            Some(sum) => add(b, sum, part),
            None => part,
        });
    }
    answer.expect("there are experts")
}
