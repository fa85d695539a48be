//! The contestants as plans. `B` samples, `D` width, `C` cells of the picture, `T` words.

use super::contestant::Contestant;
use super::task::{CLASSES, TOKENS, WORDS};
use crate::lab::layers::stem;
use crate::lab::picture::SIDE;
use crate::lab::student::{parameters, training_plan};
use crate::nn::{Tower, linear, norm};
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::embedding::embedding;
use crate::ops::grad_norm::grad_norm;
use crate::ops::scale::scale;
use crate::ops::softmax::softmax;
use crate::ops::{concat, conv2d, reduce, slice};
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Width `D` of the features of both modalities.
pub const WIDTH: usize = 32;
/// Channels of the picture's stem.
const CHANNELS: [usize; 3] = [16, 24, WIDTH];
/// Cells `C` of the picture.
pub const CELLS: usize = (SIDE >> CHANNELS.len()) * (SIDE >> CHANNELS.len());
/// Side of the raw patches of early fusion.
const PATCH: usize = 8;
/// Weights of every contestant, within the step of its head.
pub const PARAMETERS: usize = 56_000;
/// Weight of the reconstruction beside the answer.
const RECONSTRUCTION: f32 = 0.1;
/// Experts of the mixture.
const EXPERTS: usize = 3;
/// The two modalities as scopes of their weights.
pub const MODALITIES: [&str; 2] = ["picture", "words"];

const READER: Tower = Tower { depth: 1, heads: 2, mlp_ratio: 2, causal: false };

/// Cells `[B, C, D]`, tokens `[B, T, D]` and whether each is there, `[B, 1]` of 0 and 1.
struct Inputs {
    pixels: SlotId,
    ids: SlotId,
    present: [SlotId; 2],
}

/// Logits `[B, 2]`, and what is learned beside the answer.
struct Output {
    logits: SlotId,
    beside: Option<SlotId>,
}

/// The training step of `contestant` on `batch` samples. Inputs `pixels` `[B, 3, SIDE, SIDE]`, `ids` (u32 `[B, T]`),
/// `present.picture` and `present.words` (`[B, 1]`), `answers` (u32 `[B]`), `weights` `[B]`; for
/// [`Contestant::Modulated`] also `modulate.picture` and `modulate.words` (`[1]`).
pub fn training(contestant: Contestant, batch: usize) -> Plan {
    training_with(contestant, batch, hidden(contestant))
}

fn training_with(contestant: Contestant, batch: usize, hidden: usize) -> Plan {
    training_plan(
        |b| {
            let output = emit(b, contestant, batch, hidden);
            let answers = b.input("answers", [batch], U32);
            let weights = b.input("weights", [batch], F32);
            let loss = cross_entropy(b, output.logits, answers, weights);
            match output.beside {
                Some(beside) => {
                    let beside = scale(b, beside, RECONSTRUCTION);
                    add(b, loss, beside)
                }
                None => loss,
            }
        },
        |b, weights| watch(b, contestant, weights),
    )
}

/// Names the gradient norms of both encoders, and scales them where the contestant is modulated.
fn watch(
    b: &mut PlanBuilder,
    contestant: Contestant,
    weights: Vec<(SlotId, SlotId)>,
) -> Vec<(SlotId, SlotId)> {
    for modality in MODALITIES {
        let own = weights.iter().filter(|(weight, _)| belongs(b, *weight, modality));
        let grads: Vec<SlotId> = own.map(|(_, grad)| *grad).collect();
        if !grads.is_empty() {
            let norm = grad_norm(b, &grads);
            b.name(norm, &format!("grad_norm.{modality}"));
        }
    }
    if contestant != Contestant::Modulated {
        return weights;
    }
    let factors = MODALITIES.map(|modality| b.input(&format!("modulate.{modality}"), [1], F32));
    let modulated = |(weight, grad): (SlotId, SlotId)| {
        let modality = MODALITIES.iter().position(|modality| belongs(b, weight, modality));
        (weight, modality.map_or(grad, |at| mul(b, grad, factors[at])))
    };
    weights.into_iter().map(modulated).collect()
}

fn belongs(b: &PlanBuilder, weight: SlotId, modality: &str) -> bool {
    b.name_of(weight).split('.').next() == Some(modality)
}

/// What `contestant` answers to `batch` samples: inputs as for [`training`] but answers and weights; `probabilities`
/// `[B, 2]` and the traces of its fusion.
pub fn inference(contestant: Contestant, batch: usize) -> Plan {
    let mut b = PlanBuilder::new().traced();
    let output = emit(&mut b, contestant, batch, hidden(contestant));
    let probabilities = softmax(&mut b, output.logits);
    b.name(probabilities, "probabilities");
    b.finish()
}

/// Hidden width of the head with which the contestant has [`PARAMETERS`] weights; they are linear in it.
pub fn hidden(contestant: Contestant) -> usize {
    let count = |hidden| parameters(&training_with(contestant, 1, hidden));
    let (one, two) = (count(1), count(2));
    1 + PARAMETERS.saturating_sub(one) / (two - one)
}

fn emit(b: &mut PlanBuilder, contestant: Contestant, batch: usize, hidden: usize) -> Output {
    let inputs = Inputs {
        pixels: b.input("pixels", [batch, 3, SIDE, SIDE], F32),
        ids: b.input("ids", [batch, TOKENS], U32),
        present: MODALITIES.map(|modality| b.input(&format!("present.{modality}"), [batch, 1], F32)),
    };
    match contestant {
        Contestant::Majority => unreachable!("the majority has no network"),
        Contestant::Early => early(b, &inputs, hidden),
        Contestant::Cross | Contestant::CoAttention | Contestant::Joint => {
            let tokens = encode(b, &inputs);
            let pooled = super::attending::fuse(b, contestant, tokens);
            plain(head(b, "head", pooled, hidden))
        }
        Contestant::Imputation => imputation(b, &inputs, hidden),
        _ => {
            let [picture, words] = pooled(b, &inputs);
            plain(combine(b, contestant, [picture, words], &inputs.present, hidden))
        }
    }
}

fn plain(logits: SlotId) -> Output {
    Output { logits, beside: None }
}

/// Two layers to the logits: `[B, K]` to `[B, 2]`.
fn head(b: &mut PlanBuilder, name: &str, x: SlotId, hidden: usize) -> SlotId {
    b.scope(name, |b| {
        let x = linear(b, "fc1", x, hidden, Some(Activation::Gelu));
        linear(b, "fc2", x, CLASSES, None)
    })
}

/// Cells `[B, C, D]` and words `[B, T, D]`, zero where the modality is missing.
fn encode(b: &mut PlanBuilder, inputs: &Inputs) -> [SlotId; 2] {
    let picture = b.scope("picture", |b| {
        let cells = stem(b, inputs.pixels, &CHANNELS);
        let positions = b.param("position_embedding", [CELLS, WIDTH]);
        let cells = add(b, cells, positions);
        norm(b, "norm", cells)
    });
    let words = b.scope("words", |b| {
        let table = b.param("token_embedding", [WORDS.len(), WIDTH]);
        let positions = b.param("position_embedding", [TOKENS, WIDTH]);
        let x = embedding(b, table, inputs.ids);
        let x = add(b, x, positions);
        READER.emit(b, x, None, None)
    });
    let mut masked = [picture, words];
    for (tokens, present) in masked.iter_mut().zip(inputs.present) {
        let batch = b.shape(present)[0];
        let present = b.reshape(present, [batch, 1, 1]);
        *tokens = mul(b, *tokens, present);
    }
    masked
}

/// `h₁` and `h₂`, each `[B, D]`.
fn pooled(b: &mut PlanBuilder, inputs: &Inputs) -> [SlotId; 2] {
    encode(b, inputs).map(|tokens| reduce::mean(b, tokens, 1))
}

/// Raw patches and word embeddings, flattened and side by side: `[B, C' + T D]` with `C'` of [`PATCH`].
fn early(b: &mut PlanBuilder, inputs: &Inputs, hidden: usize) -> Output {
    let batch = b.shape(inputs.ids)[0];
    let channels = WIDTH / 4;
    let picture = b.scope("picture", |b| {
        let weight = b.param("patch.weight", [channels, 3, PATCH, PATCH]);
        let patches = conv2d::conv2d(b, inputs.pixels, weight, None, PATCH, 0);
        b.reshape(patches, [batch, channels * (SIDE / PATCH) * (SIDE / PATCH)])
    });
    let words = b.scope("words", |b| {
        let table = b.param("token_embedding", [WORDS.len(), WIDTH]);
        let words = embedding(b, table, inputs.ids);
        b.reshape(words, [batch, TOKENS * WIDTH])
    });
    let parts = [mul(b, picture, inputs.present[0]), mul(b, words, inputs.present[1])];
    let x = concat::concat(b, &parts, 1);
    let x = linear(b, "mix", x, WIDTH * 4, Some(Activation::Gelu));
    plain(head(b, "head", x, hidden))
}

fn sigmoid(b: &mut PlanBuilder, x: SlotId, name: &str) -> SlotId {
    let gate = activation(b, x, Activation::Sigmoid);
    b.name(gate, name);
    gate
}

/// `x + share ⊙ (y - x)`.
fn blend(b: &mut PlanBuilder, x: SlotId, y: SlotId, share: SlotId) -> SlotId {
    let minus = scale(b, x, -1.0);
    let difference = add(b, y, minus);
    let part = mul(b, difference, share);
    add(b, x, part)
}

/// The fusions of two vectors `[B, D]`; logits `[B, 2]`.
fn combine(
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
    let mut logits = [0, 1].map(|at| (at, features[at])).map(|(at, x)| {
        let logits = b.scope(MODALITIES[at], |b| head(b, "head", x, hidden));
        b.name(logits, &format!("logits.{}", MODALITIES[at]));
        logits
    });
    let mix = b.param("mix_logit", [1]);
    let alpha = sigmoid(b, mix, "alpha");
    logits.swap(0, 1);
    blend(b, logits[0], logits[1], alpha)
}

fn bilinear(b: &mut PlanBuilder, [picture, words]: [SlotId; 2], rank: usize) -> SlotId {
    let picture = linear(b, "bilinear_picture", picture, rank, None);
    let words = linear(b, "bilinear_words", words, rank, None);
    let product = mul(b, picture, words);
    linear(b, "bilinear_out", product, CLASSES, None)
}

/// Scores of both modalities by one shared layer, `[B, 2]`.
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

/// What is missing is predicted from the other; `beside` is the squared error of both predictions where nothing is missing.
fn imputation(b: &mut PlanBuilder, inputs: &Inputs, hidden: usize) -> Output {
    let features = pooled(b, inputs);
    let there = mul(b, inputs.present[0], inputs.present[1]);
    let mut errors = None;
    let filled = [0, 1].map(|at| {
        let guess = b.scope(format!("impute_{}", MODALITIES[at]), |b| {
            let x = linear(b, "fc1", features[1 - at], 2 * WIDTH, Some(Activation::Gelu));
            linear(b, "fc2", x, WIDTH, None)
        });
        let minus = scale(b, guess, -1.0);
        let difference = add(b, features[at], minus);
        let difference = mul(b, difference, there);
        let square = mul(b, difference, difference);
        let error = reduce::mean(b, square, 1);
        let error = reduce::mean(b, error, 0);
        errors = Some(match errors {
            Some(sum) => add(b, sum, error),
            None => error,
        });
        blend(b, guess, features[at], inputs.present[at])
    });
    let both = concat::concat(b, &filled, 1);
    Output { logits: head(b, "head", both, hidden), beside: errors }
}
