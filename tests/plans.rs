//! Plans as text, so that a change of what is computed shows in review.
//!
//! `WRITE_PLANS=1 cargo test --test plans` writes `tests/plans/*.txt` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::json;
use triptych::model::clip;
use triptych::model::playroom::{self, Config};
use triptych::nn::AttentionMask;
use triptych::ops::activation::Activation;
use triptych::ops::cross_entropy::cross_entropy;
use triptych::ops::linear::linear;
use triptych::plan::{Plan, PlanBuilder, SlotId};
use triptych::tensor::DType::{F32, U32};
use triptych::train::small_trainer::training_plan;

const FOLDER: &str = "tests/plans";

type Emit = fn() -> String;

/// Stems of the files and what they show.
const PLANS: [(&str, Emit); 5] = [
    ("classifier", || classifier().to_string()),
    ("classifier_training", || classifier_training().to_string()),
    ("image_encoder", || image_encoder(&tiny()).to_string()),
    ("decoder", || decoder(&tiny(), [2, 3]).to_string()),
    ("steps", steps),
];

/// How many steps of which kernel the models take at their real sizes: what they cost beside the arithmetic.
fn steps() -> String {
    let playroom = Config::playroom(200);
    let clip = clip::Config::parse(&json!({ "model_type": "clip" })).expect("the defaults are CLIP B/32's");
    let counted = [
        ("Playroom's image encoder, one picture", image_encoder(&playroom)),
        ("Playroom's decoder, one row of 20 tokens", decoder(&playroom, [1, 20])),
        ("the image tower of a CLIP B/32, one picture", clip_image(&clip)),
        ("the same in training, 64 pictures", clip_training(&clip, 64)),
    ];
    counted.into_iter().map(|(name, plan)| counts(name, &plan)).collect()
}

fn counts(name: &str, plan: &Plan) -> String {
    let mut kernels: BTreeMap<&str, usize> = BTreeMap::new();
    plan.steps.iter().for_each(|step| *kernels.entry(step.kernel.name).or_default() += 1);
    let lines = kernels.iter().map(|(kernel, count)| format!("  {count:4} {kernel}\n")).collect::<String>();
    format!("{name}: {} steps\n{lines}", plan.steps.len())
}

fn clip_embeds(b: &mut PlanBuilder, config: &clip::Config, batch: usize) -> SlotId {
    let side = config.vision.image_size;
    let pixels = b.input("pixels", [batch, 3, side, side], F32);
    let states = clip::encode_image(b, config, pixels);
    clip::image_embeds(b, config, states)
}

fn clip_image(config: &clip::Config) -> Plan {
    let mut b = PlanBuilder::new();
    clip_embeds(&mut b, config, 1);
    b.finish()
}

fn clip_training(config: &clip::Config, batch: usize) -> Plan {
    let objective = |b: &mut PlanBuilder| {
        let logits = clip_embeds(b, config, batch);
        let targets = b.input("targets", [batch], U32);
        let weights = b.input("weights", [batch], F32);
        cross_entropy(b, logits, targets, weights)
    };
    training_plan(objective, |_, gradients| gradients)
}

fn emit_classifier(b: &mut PlanBuilder) -> SlotId {
    let x = b.input("x", [2, 5, 3], F32);
    let weight = b.weight("weight", [4, 3]);
    let bias = b.param("bias", [4]);
    let logits = linear(b, x, weight, Some(bias), Some(Activation::Gelu));
    b.name(logits, "logits");
    logits
}

/// The activation is part of the product.
fn classifier() -> Plan {
    let mut b = PlanBuilder::new();
    emit_classifier(&mut b);
    b.finish()
}

/// A view, the reversal, gradients that start at zero, and none for the input.
fn classifier_training() -> Plan {
    let mut b = PlanBuilder::training();
    let loss = b.range("forward", |b| {
        let logits = emit_classifier(b);
        let rows = b.reshape(logits, [10, 4]);
        let targets = b.input("targets", [10], U32);
        let weights = b.input("weights", [10], F32);
        cross_entropy(b, rows, targets, weights)
    });
    b.range("backward", |b| b.backward(loss));
    b.finish()
}

/// One block of each tower, two heads, a grid of two by two cells.
fn tiny() -> Config {
    Config {
        image_size: 8,
        stem: vec![4, 8],
        heads: 2,
        vision_depth: 1,
        text_depth: 1,
        reader_depth: 1,
        embed_width: 6,
        max_tokens: 5,
        ..Config::playroom(11)
    }
}

fn image_encoder(config: &Config) -> Plan {
    let mut b = PlanBuilder::new();
    let pixels = b.input("pixels", [1, 3, config.image_size, config.image_size], F32);
    let tokens = playroom::encode_image(&mut b, config, pixels);
    b.name(tokens, "image_tokens");
    let embeds = playroom::image_embeds(&mut b, config, tokens);
    b.name(embeds, "image_embeds");
    b.finish()
}

/// Rows of tokens read one picture, whose keys and values they share.
fn decoder(config: &Config, [rows, tokens]: [usize; 2]) -> Plan {
    let mut b = PlanBuilder::new();
    let image = b.input("image", [1, config.grid().pow(2), config.width()], F32);
    let ids = b.input("ids", [rows, tokens], U32);
    let cross = playroom::cross_kv(&mut b, config, image);
    let hidden = playroom::decode(&mut b, config, ids, AttentionMask::Causal, &cross);
    let logits = playroom::decoder_logits(&mut b, config, hidden);
    b.name(logits, "logits");
    b.finish()
}

/// The first line in which the texts differ.
fn first_difference(stored: &str, emitted: &str) -> Option<String> {
    let (mut stored, mut emitted) = (stored.lines(), emitted.lines());
    for number in 1.. {
        match (stored.next(), emitted.next()) {
            (None, None) => break,
            (stored, emitted) if stored != emitted => {
                let [stored, emitted] = [stored, emitted].map(|line| line.unwrap_or("(the end)"));
                return Some(format!("line {number}\n   stored: {stored}\n  emitted: {emitted}"));
            }
            _ => {}
        }
    }
    None
}

#[test]
fn plans_are_as_stored_and_nothing_else_is_stored() {
    let write = std::env::var_os("WRITE_PLANS").is_some();
    let mut changes = Vec::new();
    for (stem, plan) in PLANS {
        let (path, emitted) = (format!("{FOLDER}/{stem}.txt"), plan());
        if write {
            fs::write(&path, &emitted).expect(&path);
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        changes.extend(first_difference(&stored, &emitted).map(|what| format!("{path}, {what}")));
    }
    assert!(changes.is_empty(), "if this is meant: WRITE_PLANS=1\n{}", changes.join("\n"));
    let files = fs::read_dir(FOLDER).expect(FOLDER).map(|file| file.expect(FOLDER).file_name());
    let expected = PLANS.map(|(stem, _)| format!("{stem}.txt").into());
    assert_eq!(files.collect::<BTreeSet<_>>(), expected.into());
}

#[test]
fn the_first_changed_missing_or_added_line_is_shown() {
    let shown = |stored, emitted| first_difference(stored, emitted).unwrap_or_default();
    assert_eq!(shown("a\nb\nc\n", "a\nb\nc\n"), "");
    assert_eq!(shown("a\nb\nc\n", "a\nB\nC\n"), "line 2\n   stored: b\n  emitted: B");
    assert_eq!(shown("a\nb\n", "a\n"), "line 2\n   stored: b\n  emitted: (the end)");
    assert_eq!(shown("", "a\n"), "line 1\n   stored: (the end)\n  emitted: a");
}
