//! Scores of pictures with captions, and the losses over them.

use super::towers::{Reading, encode};
use super::{ContrastSettings, Direction, Loss, Space, Temperature};
use crate::lab::layers::difference;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::binary::{add, mul};
use crate::ops::concat::concat;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::l2_normalize::l2_normalize;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::scale::scale;
use crate::ops::{permute, reduce, slice};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;

/// Width of the hidden layer in which [`Space::Joint`] lets picture and caption meet.
const HIDDEN: usize = 128;

const DOT: Transpose = Transpose { x: false, y: true };

/// Captions of a batch: those of its pictures, then their hard negatives.
fn captions(settings: &ContrastSettings) -> usize {
    if settings.hard_negatives { 2 * settings.batch } else { settings.batch }
}

/// Embeddings `[N, E]` and `[M, E]`, not yet of unit length; readable as `picture` and `text`.
pub(super) fn embeddings(b: &mut PlanBuilder, [picture, text]: [SlotId; 2], width: usize) -> [SlotId; 2] {
    [("picture", picture), ("text", text)].map(|(name, vector)| {
        let x = linear(b, &format!("{name}_projection"), vector, width, None);
        b.name(x, name);
        x
    })
}

/// Scores `[N, M]` of every picture with every caption, and the vectors `[N, M, E]` that they are read from:
/// `s_ij = w f_ij`, `f_ij = gelu(V gelu(P p_i + T t_j))`, with biases.
pub(super) fn fused(b: &mut PlanBuilder, [picture, text]: [SlotId; 2], width: usize) -> [SlotId; 2] {
    b.scope("joint", |b| {
        let p = linear(b, "picture", picture, HIDDEN, None);
        let t = linear(b, "text", text, HIDDEN, None);
        let (n, m) = (b.shape(p)[0], b.shape(t)[0]);
        let (p, t) = (b.reshape(p, [n, 1, HIDDEN]), b.reshape(t, [1, m, HIDDEN]));
        let sum = add(b, p, t);
        let x = activation(b, sum, Activation::Gelu);
        let x = linear(b, "fuse", x, width, Some(Activation::Gelu));
        let score = linear(b, "score", x, 1, None);
        [b.reshape(score, [n, m]), x]
    })
}

/// The loss of a batch; inputs are those of [`encode`] and [`constants`].
pub(super) fn loss(b: &mut PlanBuilder, settings: &ContrastSettings, reading: Reading) -> SlotId {
    let encoded = encode(b, "", settings.batch, captions(settings), reading);
    let vectors = [encoded.picture, encoded.text];
    let scores = match settings.space {
        Space::Coordinated => {
            let pair = embeddings(b, vectors, settings.width);
            return correlation(b, pair);
        }
        Space::Joint => fused(b, vectors, settings.width)[0],
        Space::Shared => {
            let pair = embeddings(b, vectors, settings.width);
            let cosines = cosines(b, pair);
            b.name(cosines, "cosines");
            divided(b, cosines, settings.temperature)
        }
    };
    match settings.loss {
        Loss::InfoNce => {
            b.name(scores, "logits");
            info_nce(b, scores, settings.direction)
        }
        Loss::Sigmoid => sigmoid(b, scores),
    }
}

/// Cosines `[N, M]` of the rows of `[N, E]` and `[M, E]`.
pub(super) fn cosines(b: &mut PlanBuilder, pair: [SlotId; 2]) -> SlotId {
    let [x, y] = pair.map(|x| l2_normalize(b, x));
    matmul(b, x, y, DOT)
}

/// Cosines divided by the temperature; a learned one is `e^-logit_scale` (Radford et al. 2021, section 2.3).
pub(super) fn divided(b: &mut PlanBuilder, cosines: SlotId, temperature: Temperature) -> SlotId {
    match temperature {
        Temperature::Fixed { milli } => scale(b, cosines, 1000.0 / milli as f32),
        Temperature::Learned => {
            let log = b.param("logit_scale", [1]);
            let factor = activation(b, log, Activation::Exp);
            mul(b, cosines, factor)
        }
    }
}

/// Cross-entropies of both directions, readable as `to_text` and `to_picture`; the mean of those that count.
pub(super) fn info_nce(b: &mut PlanBuilder, logits: SlotId, direction: Direction) -> SlotId {
    let n = b.shape(logits)[0];
    let targets = b.input("targets", [n], U32);
    let weights = b.input("weights", [n], F32);
    let own = slice::slice(b, logits, 1, 0, n);
    let columns = permute::permute(b, own, &[1, 0]);
    let [to_text, to_picture] = [(logits, "to_text"), (columns, "to_picture")].map(|(logits, name)| {
        let loss = cross_entropy(b, logits, targets, weights);
        b.name(loss, name);
        loss
    });
    match direction {
        Direction::ToText => scale(b, to_text, 1.0),
        Direction::ToPicture => scale(b, to_picture, 1.0),
        Direction::Both => {
            let sum = add(b, to_text, to_picture);
            scale(b, sum, 0.5)
        }
    }
}

/// `-1/N sum_ij ln sigmoid(z_ij s_ij)`, `z_ij` 1 for partners and -1 for others (Zhai et al. 2023, equation 1).
fn sigmoid(b: &mut PlanBuilder, scores: SlotId) -> SlotId {
    let [n, m] = b.shape(scores)[..] else { unreachable!("scores are a matrix") };
    let bias = b.param("logit_bias", [1]);
    let logits = add(b, scores, bias);
    b.name(logits, "logits");
    let targets = b.input("targets", [n * m], U32);
    let weights = b.input("weights", [n * m], F32);
    let mean = yes_or_no(b, logits, targets, weights);
    scale(b, mean, m as f32)
}

/// Mean of `-ln sigmoid(s)` where the target is 0 and `-ln sigmoid(-s)` where it is 1, over all scores: the
/// cross-entropy of the two classes `[s, 0]`.
pub(super) fn yes_or_no(b: &mut PlanBuilder, scores: SlotId, targets: SlotId, weights: SlotId) -> SlotId {
    let yes = b.reshape(scores, [b.shape(scores).numel(), 1]);
    let no = scale(b, yes, 0.0);
    let classes = concat(b, &[yes, no], 1);
    cross_entropy(b, classes, targets, weights)
}

/// `1/E (sum_i (c_ii - 1)^2 + 1/E sum_{i != j} c_ij^2)` over the correlations `c` `[E, E]` of picture dimension `i`
/// with caption dimension `j` (Zbontar et al. 2021, equation 1); `c` is readable as `correlations`.
fn correlation(b: &mut PlanBuilder, pair: [SlotId; 2]) -> SlotId {
    let width = b.shape(pair[0])[1];
    let [x, y] = pair.map(|x| {
        let x = permute::permute(b, x, &[1, 0]);
        let mean = reduce::mean(b, x, 1);
        let mean = b.reshape(mean, [width, 1]);
        let centred = difference(b, x, mean);
        l2_normalize(b, centred)
    });
    let c = matmul(b, x, y, DOT);
    b.name(c, "correlations");
    let identity = b.input("identity", [width, width], F32);
    let weights = b.input("weights", [width, width], F32);
    let off = difference(b, c, identity);
    let squares = mul(b, off, off);
    let squares = mul(b, squares, weights);
    let squares = b.reshape(squares, [width * width]);
    let sum = reduce::sum(b, squares, 0);
    scale(b, sum, 1.0 / width as f32)
}

/// The inputs of [`loss`] that are the same for every batch.
pub(super) fn constants(settings: &ContrastSettings) -> Inputs {
    let (n, m, e) = (settings.batch, captions(settings), settings.width);
    let named = |name: &str, tensor| (name.to_string(), tensor);
    if settings.space == Space::Coordinated {
        let square = |diagonal: f32, beside: f32| {
            let value = |k: usize| if k / e == k % e { diagonal } else { beside };
            HostTensor::f32([e, e], (0..e * e).map(value).collect())
        };
        return vec![named("identity", square(1.0, 0.0)), named("weights", square(1.0, 1.0 / e as f32))];
    }
    let targets: Vec<u32> = match settings.loss {
        Loss::InfoNce => (0..n as u32).collect(),
        Loss::Sigmoid => (0..n * m).map(|k| u32::from(k / m != k % m)).collect(),
    };
    let rows = targets.len();
    vec![
        named("targets", HostTensor::u32([rows], targets)),
        named("weights", HostTensor::f32([rows], vec![1.0; rows])),
    ]
}
