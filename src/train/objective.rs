//! The Playroom objective as one plan: contrastive + matching + language modelling, as in ALBEF and BLIP
//! (Li et al. 2021, sections 3.2-3.3; Li et al. 2022, section 3.2), beside the labels of the cells, with backward pass
//! and AdamW update.

use crate::model::playroom::{self, Config};
use crate::nn::Memory;
use crate::ops::adamw::{AdamW, adamw};
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::grad_norm::grad_norm;
use crate::ops::info_nce::info_nce;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::scale::scale;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// Sizes of a batch; each combination is a plan of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sizes {
    /// Pictures, `B`.
    pub batch: usize,
    /// Tokens of a row that holds a full caption, `T`; 0 in a batch without words.
    pub long: usize,
}

/// Tokens of a row that holds a short sentence: hardly one in a thousand is longer.
pub const SHORT: usize = 20;

/// Tokens of a row that holds a question about one description, with its answer.
pub const ASK_SHORT: usize = 14;

/// Tokens of a row that holds a question about two descriptions, with its answer.
pub const ASK_LONG: usize = 20;

/// Questions per picture of either length.
pub const QUESTIONS: usize = 2;

impl Sizes {
    /// A batch without words, of which only the cells are learned.
    pub fn pictures(batch: usize) -> Self {
        Sizes { batch, long: 0 }
    }

    /// Tokens of a row that holds a sentence of any style.
    pub fn contrast(self) -> usize {
        self.long.max(SHORT)
    }

    fn has_words(&self) -> bool {
        self.long > 0
    }
}

/// Scalar losses, readable by these names after a run; `loss` is their weighted sum.
pub const LOSSES: [&str; 11] = [
    "loss",
    "loss.cells",
    "loss.contrast",
    "loss.match_long",
    "loss.match_short",
    "loss.match_long.words",
    "loss.match_short.words",
    "loss.caption",
    "loss.short",
    "loss.answer_short",
    "loss.answer_long",
];

/// Weights of the parts in the sum, in the order of [`LOSSES`] after the first.
const WEIGHTS: [f32; LOSSES.len() - 1] = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2.0, 0.5, 0.5, 0.5];

/// Decoupled weight decay of matrices; norms, biases, embeddings and the temperature are not decayed.
const DECAY: f32 = 0.05;

const OPTIMISER: AdamW = AdamW { beta1: 0.9, beta2: 0.98, eps: 1e-8, clip: 1.0 };

/// The training step. Inputs are what [`super::batch::Batch`] fills, and `hyper` (learning rate, step from 1).
pub fn training_plan(config: &Config, sizes: Sizes) -> Plan {
    let mut b = PlanBuilder::training();
    let b_ = &mut b;
    let loss = b_.range("forward", |b| losses(b, config, sizes));
    let weights = b_.range("backward", |b| b.backward(loss));
    b_.range("update", |b| update(b, &weights));
    b.finish()
}

fn losses(b: &mut PlanBuilder, config: &Config, sizes: Sizes) -> SlotId {
    let side = config.image_size;
    let pixels = b.input("pixels", [sizes.batch, 3, side, side], F32);
    let image = playroom::encode_image(b, config, pixels);
    let mut parts = vec![super::cells::loss(b, config, image)];
    if sizes.has_words() {
        let memory = playroom::memory(b, config, image);
        parts.push(contrast(b, config, sizes, image));
        let long = matching(b, config, "match_long", [sizes.batch, sizes.long], &memory);
        let short = matching(b, config, "match_short", [sizes.batch, SHORT], &memory);
        parts.extend([long[0], short[0], long[1], short[1]]);
        parts.push(captioning(b, config, "caption", [sizes.batch, sizes.long], &memory));
        parts.push(captioning(b, config, "short", [sizes.batch, SHORT], &memory));
        let rows = sizes.batch * QUESTIONS;
        parts.push(captioning(b, config, "answer_short", [rows, ASK_SHORT], &memory));
        parts.push(captioning(b, config, "answer_long", [rows, ASK_LONG], &memory));
    }
    let mut total = None;
    for ((part, name), weight) in parts.into_iter().zip(&LOSSES[1..]).zip(WEIGHTS) {
        b.name(part, name);
        let weighted = scale(b, part, weight);
        total = Some(match total {
            Some(sum) => add(b, sum, weighted),
            None => weighted,
        });
    }
    let total = total.expect("there are losses");
    b.name(total, LOSSES[0]);
    total
}

/// Symmetric InfoNCE over the batch (van den Oord et al. 2018; Radford et al. 2021). `contrast.negatives[i, j]` is
/// 0 where text `j` is also true of picture `i`.
fn contrast(b: &mut PlanBuilder, config: &Config, sizes: Sizes, image: SlotId) -> SlotId {
    let ids = b.input("contrast.ids", [sizes.batch, sizes.contrast()], U32);
    let lengths = b.input("contrast.lengths", [sizes.batch], U32);
    let negatives = b.input("contrast.negatives", [sizes.batch, sizes.batch], F32);
    let tokens = playroom::encode_text(b, config, ids, lengths);
    let texts = playroom::text_embeds(b, config, tokens, lengths);
    let images = playroom::image_embeds(b, config, image);
    let cosines = matmul(b, images, texts, Transpose { x: false, y: true });
    let temperature = playroom::temperature(b);
    let logits = mul(b, cosines, temperature);
    info_nce(b, logits, Some(negatives))
}

/// Cross-entropies of the matcher over rows `[N, T]`: target 1 where the sentence, and where the statement of each word,
/// is true of its picture.
fn matching(b: &mut PlanBuilder, config: &Config, name: &str, rows: [usize; 2], memory: &Memory) -> [SlotId; 2] {
    let ids = b.input(&format!("{name}.ids"), rows, U32);
    let lengths = b.input(&format!("{name}.lengths"), [rows[0]], U32);
    let targets = b.input(&format!("{name}.targets"), [rows[0]], U32);
    let weights = b.input(&format!("{name}.weights"), [rows[0]], F32);
    let matching = playroom::match_words(b, config, ids, lengths, memory);
    let text = cross_entropy(b, matching.text, targets, weights);
    let targets = b.input(&format!("{name}.words.targets"), [rows[0] * rows[1]], U32);
    let weights = b.input(&format!("{name}.words.weights"), [rows[0] * rows[1]], F32);
    [text, cross_entropy(b, matching.words, targets, weights)]
}

/// Next-token cross-entropy over rows `[N, T]`; weight 0 where nothing is to be learned.
fn captioning(b: &mut PlanBuilder, config: &Config, name: &str, rows: [usize; 2], memory: &Memory) -> SlotId {
    let ids = b.input(&format!("{name}.ids"), rows, U32);
    let targets = b.input(&format!("{name}.targets"), [rows[0] * rows[1]], U32);
    let weights = b.input(&format!("{name}.weights"), [rows[0] * rows[1]], F32);
    let hidden = playroom::decode(b, config, ids, memory);
    let hidden = b.reshape(hidden, [rows[0] * rows[1], config.width()]);
    let logits = playroom::decoder_logits(b, config, hidden);
    cross_entropy(b, logits, targets, weights)
}

fn update(b: &mut PlanBuilder, weights: &[(SlotId, SlotId)]) {
    let grads: Vec<SlotId> = weights.iter().map(|(_, grad)| *grad).collect();
    let norm = grad_norm(b, &grads);
    b.name(norm, "grad_norm");
    let hyper = b.input("hyper", [2], F32);
    let decayed: Vec<_> = weights.iter().map(|&(weight, grad)| (weight, grad, decay(b, weight))).collect();
    adamw(b, &OPTIMISER, &decayed, norm, hyper);
}

fn decay(b: &PlanBuilder, weight: SlotId) -> f32 {
    let embedding = b.name_of(weight).ends_with("embedding");
    if b.shape(weight).len() < 2 || embedding { 0.0 } else { DECAY }
}
