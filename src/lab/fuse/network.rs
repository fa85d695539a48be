//! The contestants as plans. `B` samples, `D` width, `n` modalities.

use super::contestant::Contestant;
use super::encoders::Input;
use super::fusion::blend;
use super::head::{WIDTH, head};
use super::modality::Modality;
use super::{attending, fusion};
use crate::lab::layers::difference;
use crate::nn::linear;
use crate::ops::activation::Activation;
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::grad_norm::grad_norm;
use crate::ops::scale::scale;
use crate::ops::softmax::softmax;
use crate::ops::{concat, reduce};
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::train::small_trainer::{parameters, training_plan};

/// Weight of the reconstruction beside the answer.
const RECONSTRUCTION: f32 = 0.1;

/// Weights that every contestant has in a race of so many modalities, within 2.5 %: its head is as wide as they allow.
pub const fn parameter_budget(modalities: usize) -> usize {
    28_000 * modalities
}

/// Logits `[B, 2]`, and what is learned beside the answer.
struct Output {
    logits: SlotId,
    beside: Option<SlotId>,
}

/// The training step of `contestant` on `batch` samples. Inputs are those of [`Input`] for each modality, `answers`
/// (u32 `[B]`) and `weights` `[B]`; for [`Contestant::Modulated`] also `modulate.*` of each (`[1]`).
pub(super) fn training(contestant: Contestant, modalities: &[Modality], batch: usize) -> Plan {
    training_with(contestant, modalities, batch, hidden(contestant, modalities))
}

fn training_with(contestant: Contestant, modalities: &[Modality], batch: usize, hidden: usize) -> Plan {
    training_plan(
        |b| {
            let output = emit(b, contestant, modalities, batch, hidden);
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
        |b, weights| watch(b, contestant, modalities, weights),
    )
}

/// Names the gradient norms of the encoders, and scales them where the contestant is modulated.
fn watch(
    b: &mut PlanBuilder,
    contestant: Contestant,
    modalities: &[Modality],
    weights: Vec<(SlotId, SlotId)>,
) -> Vec<(SlotId, SlotId)> {
    for modality in modalities {
        let own = weights.iter().filter(|(weight, _)| belongs(b, *weight, *modality));
        let grads: Vec<SlotId> = own.map(|(_, grad)| *grad).collect();
        if !grads.is_empty() {
            let norm = grad_norm(b, &grads);
            b.name(norm, &format!("grad_norm.{}", modality.name()));
        }
    }
    if contestant != Contestant::Modulated {
        return weights;
    }
    let mut factors = Vec::new();
    for modality in modalities {
        factors.push((*modality, b.input(&format!("modulate.{}", modality.name()), [1], F32)));
    }
    let modulated = |(weight, grad): (SlotId, SlotId)| {
        let own = factors.iter().find(|(modality, _)| belongs(b, weight, *modality));
        (weight, own.map_or(grad, |(_, factor)| mul(b, grad, *factor)))
    };
    weights.into_iter().map(modulated).collect()
}

fn belongs(b: &PlanBuilder, weight: SlotId, modality: Modality) -> bool {
    b.name_of(weight).split('.').next() == Some(modality.name())
}

/// What `contestant` answers to `batch` samples: inputs as for [`training`] but answers and weights; `probabilities`
/// `[B, 2]` and the traces of its fusion.
pub(super) fn inference(contestant: Contestant, modalities: &[Modality], batch: usize) -> Plan {
    let mut b = PlanBuilder::new().traced();
    let output = emit(&mut b, contestant, modalities, batch, hidden(contestant, modalities));
    let probabilities = softmax(&mut b, output.logits);
    b.name(probabilities, "probabilities");
    b.finish()
}

/// Hidden width of the head with which the contestant has the [`parameter_budget`]; its weights are linear in it.
fn hidden(contestant: Contestant, modalities: &[Modality]) -> usize {
    let count = |hidden| parameters(&training_with(contestant, modalities, 1, hidden));
    let (one, two) = (count(1), count(2));
    1 + parameter_budget(modalities.len()).saturating_sub(one) / (two - one)
}

fn emit(
    b: &mut PlanBuilder,
    contestant: Contestant,
    modalities: &[Modality],
    batch: usize,
    hidden: usize,
) -> Output {
    let mut inputs = Vec::new();
    for modality in modalities {
        inputs.push(Input::new(b, *modality, batch));
    }
    match contestant {
        Contestant::Majority => unreachable!("the majority has no network"),
        Contestant::Early => early(b, &inputs, hidden),
        Contestant::Cross | Contestant::CoAttention | Contestant::Joint => {
            let tokens: Vec<(Modality, SlotId)> =
                inputs.iter().map(|input| (input.modality, input.encode(b))).collect();
            let pooled = attending::fuse(b, contestant, &tokens);
            plain(head(b, "head", pooled, hidden))
        }
        _ => {
            let features: Vec<SlotId> = inputs.iter().map(|input| input.pooled(b)).collect();
            match contestant {
                Contestant::Imputation => imputation(b, &inputs, &features, hidden),
                _ => plain(fusion::combine(b, contestant, &inputs, &features, hidden)),
            }
        }
    }
}

fn plain(logits: SlotId) -> Output {
    Output { logits, beside: None }
}

/// What is raw of each modality, side by side, through one network.
fn early(b: &mut PlanBuilder, inputs: &[Input], hidden: usize) -> Output {
    let parts: Vec<SlotId> = inputs.iter().map(|input| input.raw(b)).collect();
    let x = concat::concat(b, &parts, 1);
    let x = linear(b, "mix", x, WIDTH * 4, Some(Activation::Gelu));
    plain(head(b, "head", x, hidden))
}

/// What is missing is predicted from the others, as far as they are there; `beside` is the squared error of all predictions
/// where nothing is missing.
fn imputation(b: &mut PlanBuilder, inputs: &[Input], features: &[SlotId], hidden: usize) -> Output {
    let present = inputs.iter().map(|input| input.present);
    let there = present.reduce(|all, one| mul(b, all, one)).expect("there are modalities");
    let (mut filled, mut errors) = (Vec::new(), None);
    for (at, input) in inputs.iter().enumerate() {
        let others = [&features[..at], &features[at + 1..]].concat();
        let known = if let [one] = others[..] { one } else { concat::concat(b, &others, 1) };
        let guess = b.scope(format!("impute_{}", input.modality.name()), |b| {
            let x = linear(b, "fc1", known, 2 * WIDTH, Some(Activation::Gelu));
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
        filled.push(blend(b, guess, features[at], input.present));
    }
    let all = concat::concat(b, &filled, 1);
    Output { logits: head(b, "head", all, hidden), beside: errors }
}
