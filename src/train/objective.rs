//! The Playroom objective as one plan: contrastive + matching + language modelling, as in ALBEF and BLIP
//! (Li et al. 2021, sections 3.2-3.3; Li et al. 2022, section 3.2), beside the labels of cells, words and referents, with
//! backward pass and AdamW update.

use super::schedule::Stage;
use super::sizes::{ASK_LONG, ASK_SHORT, QUESTIONS, SHORT, Sizes};
use super::update::update;
use super::{cells, contrast, labels, referents};
use crate::model::playroom::{self, Config};
use crate::nn::{AttentionMask, CrossKv};
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::scale::{self, scale};
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};

/// The weighted sum of the parts, readable by this name after a run.
pub const LOSS: &str = "loss";

/// The parts of the loss, readable by these names after a run, with their weights in the sum.
pub const PARTS: [(&str, f32); 14] = [
    ("loss.cells", 0.5),
    ("loss.contrast", 1.0),
    ("loss.contrast.short", 0.25),
    ("loss.late", 0.5),
    ("loss.late.short", 0.25),
    ("loss.match_long", 0.5),
    ("loss.match_short", 0.5),
    ("loss.match_long.words", 1.0),
    ("loss.match_short.words", 1.0),
    ("loss.caption", 1.0),
    ("loss.short", 0.25),
    ("loss.answer_short", 1.0),
    ("loss.answer_long", 1.0),
    ("loss.referents", 2.0),
];

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
    let mut parts = Vec::new();
    if sizes.stage == Stage::Towers {
        let image = detached(b, image);
        parts.extend(contrast::losses(b, config, sizes, image));
    } else {
        parts.push(("loss.cells", cells::loss(b, config, image)));
    }
    if sizes.stage > Stage::Pictures {
        let cross = playroom::cross_kv(b, config, image);
        parts.extend(contrast::losses(b, config, sizes, image));
        if sizes.stage == Stage::Judging {
            let [text, words] = matching(b, config, "match_long", [sizes.batch, sizes.long], &cross);
            parts.extend([("loss.match_long", text), ("loss.match_long.words", words)]);
            let [text, words] = matching(b, config, "match_short", [sizes.batch, SHORT], &cross);
            parts.extend([("loss.match_short", text), ("loss.match_short.words", words)]);
        }
        let questions = sizes.batch * QUESTIONS;
        let mut write = |name, rows| writing(b, config, name, rows, &cross);
        let [(caption, _), short, ask_short, ask_long] = [
            write("caption", [sizes.batch, sizes.long]),
            write("short", [sizes.batch, SHORT]),
            write("answer_short", [questions, ASK_SHORT]),
            write("answer_long", [questions, ASK_LONG]),
        ];
        parts.extend([("loss.caption", caption), ("loss.short", short.0)]);
        parts.extend([("loss.answer_short", ask_short.0), ("loss.answer_long", ask_long.0)]);
        let hidden = [("short", short.1), ("answer_short", ask_short.1), ("answer_long", ask_long.1)];
        let loss =
            |(name, hidden)| labels::loss(b, referents::HEAD, &format!("{name}.{}", referents::HEAD), hidden);
        let losses = hidden.map(loss);
        let sum = losses.into_iter().reduce(|sum, part| add(b, sum, part)).expect("there are rows");
        parts.push(("loss.referents", scale(b, sum, 1.0 / losses.len() as f32)));
    }
    let mut total = None;
    for (name, part) in parts {
        b.name(part, name);
        let weighted = scale(b, part, weight(name));
        total = Some(match total {
            Some(sum) => add(b, sum, weighted),
            None => weighted,
        });
    }
    let total = total.expect("there are losses");
    b.name(total, LOSS);
    total
}

/// The same numbers, from which no gradient flows back.
fn detached(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let shape = b.shape(x).clone();
    let copy = b.temp("detached", shape.clone());
    b.emit(&scale::FORWARD, &[x, copy], vec![shape.numel() as u32, 1f32.to_bits()]);
    copy
}

fn weight(part: &str) -> f32 {
    PARTS.iter().find(|(name, _)| *name == part).expect("every part has a weight").1
}

/// Cross-entropies of the matcher over rows `[N, T]`: target 1 where the sentence is true of its picture, and where each
/// word is (see [`super::verdicts`]).
fn matching(
    b: &mut PlanBuilder,
    config: &Config,
    name: &str,
    rows: [usize; 2],
    cross: &CrossKv,
) -> [SlotId; 2] {
    let ids = b.input(&format!("{name}.ids"), rows, U32);
    let lengths = b.input(&format!("{name}.lengths"), [rows[0]], U32);
    let targets = b.input(&format!("{name}.targets"), [rows[0]], U32);
    let weights = b.input(&format!("{name}.weights"), [rows[0]], F32);
    let matching = playroom::match_words(b, config, ids, lengths, cross);
    let text = cross_entropy(b, matching.text, targets, weights);
    let targets = b.input(&format!("{name}.words.targets"), [rows[0] * rows[1]], U32);
    let weights = b.input(&format!("{name}.words.weights"), [rows[0] * rows[1]], F32);
    [text, cross_entropy(b, matching.words, targets, weights)]
}

/// Next-token cross-entropy over rows `[N, T]`, weight 0 where nothing is to be learned; and the hidden states `[N*T, D]`.
fn writing(
    b: &mut PlanBuilder,
    config: &Config,
    name: &str,
    rows: [usize; 2],
    cross: &CrossKv,
) -> (SlotId, SlotId) {
    let ids = b.input(&format!("{name}.ids"), rows, U32);
    let targets = b.input(&format!("{name}.targets"), [rows[0] * rows[1]], U32);
    let weights = b.input(&format!("{name}.weights"), [rows[0] * rows[1]], F32);
    let hidden = playroom::decode(b, config, ids, AttentionMask::Causal, cross);
    let hidden = b.reshape(hidden, [rows[0] * rows[1], config.width()]);
    let logits = playroom::decoder_logits(b, config, hidden);
    (cross_entropy(b, logits, targets, weights), hidden)
}
