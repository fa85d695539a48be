//! The contestants as plans. `B` samples, `D` width, `C` cells of the picture, `T` words.

use super::contestant::Contestant;
use super::fusion::blend;
use super::head::{WIDTH, head};
use super::modality::MODALITIES;
use super::task::{TOKENS, WORDS};
use super::{attending, fusion};
use crate::lab::layers::{difference, stem};
use crate::lab::picture::SIDE;
use crate::nn::{AttentionMask, Tower, linear, norm};
use crate::ops::activation::Activation;
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::embedding::embedding;
use crate::ops::grad_norm::grad_norm;
use crate::ops::scale::scale;
use crate::ops::softmax::softmax;
use crate::ops::{concat, conv2d, reduce};
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::train::small_trainer::{parameters, training_plan};

/// Channels of the picture's stem.
const CHANNELS: [usize; 3] = [16, 24, WIDTH];
/// Cells `C` of the picture.
pub const CELLS: usize = (SIDE >> CHANNELS.len()) * (SIDE >> CHANNELS.len());
/// Side of the raw patches of early fusion.
const PATCH: usize = 8;
/// Weights that every contestant has, within 2.5 %: its head is as wide as they allow.
pub const PARAMETERS: usize = 56_000;
/// Weight of the reconstruction beside the answer.
const RECONSTRUCTION: f32 = 0.1;

const READER: Tower = Tower { depth: 1, heads: 2, mlp_ratio: 2 };

/// Pictures `[B, 3, SIDE, SIDE]`, words (u32 `[B, T]`) and whether each is there, `[B, 1]` of 0 and 1.
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
pub(super) fn training(contestant: Contestant, batch: usize) -> Plan {
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
pub(super) fn inference(contestant: Contestant, batch: usize) -> Plan {
    let mut b = PlanBuilder::new().traced();
    let output = emit(&mut b, contestant, batch, hidden(contestant));
    let probabilities = softmax(&mut b, output.logits);
    b.name(probabilities, "probabilities");
    b.finish()
}

/// Hidden width of the head with which the contestant has [`PARAMETERS`] weights; they are linear in it.
pub(super) fn hidden(contestant: Contestant) -> usize {
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
            let pooled = attending::fuse(b, contestant, tokens);
            plain(head(b, "head", pooled, hidden))
        }
        Contestant::Imputation => imputation(b, &inputs, hidden),
        _ => {
            let [picture, words] = pooled(b, &inputs);
            plain(fusion::combine(b, contestant, [picture, words], &inputs.present, hidden))
        }
    }
}

fn plain(logits: SlotId) -> Output {
    Output { logits, beside: None }
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
        READER.emit(b, x, AttentionMask::Bidirectional(None), None)
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

/// Raw patches of side [`PATCH`] and word embeddings, flattened and side by side, through one network.
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
        let off = difference(b, features[at], guess);
        let off = mul(b, off, there);
        let square = mul(b, off, off);
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
