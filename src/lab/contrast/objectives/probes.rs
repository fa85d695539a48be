//! Three probes of frozen encoders: what is learned on top of them is small, so that what it finds was there before.

use std::rc::Rc;

use super::batch::contrastive as partners;
use super::losses::{SHARED, contrastive};
use super::{Captioning, OBJECTS, Phase, Probing, decoder};
use crate::lab::contrast::data::Pair;
use crate::lab::contrast::measure::{products, retrieval, unit};
use crate::lab::contrast::score::{embeddings, yes_or_no};
use crate::lab::contrast::towers::{CELL, CELLS, Reading, VECTOR, encode};
use crate::lab::contrast::vocabulary::Vocabulary;
use crate::lab::contrast::{ContrastRetrieval, data};
use crate::nn::{linear, norm};
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;
use crate::world::{Colour, Scene};

const COLOURS: usize = Colour::ALL.len();

/// What frozen encoders make of some pairs.
pub(super) struct Features {
    pub cells: HostTensor,
    pub picture: HostTensor,
    pub text: HostTensor,
}

/// Names of [`Features`] after a run of [`frozen_plan`].
pub(super) const FEATURES: [&str; 3] = ["cells", "frozen_picture", "frozen_text"];

/// The encoders alone on `count` pairs.
pub(super) fn frozen_plan(count: usize, reading: Reading) -> Plan {
    let mut b = PlanBuilder::new();
    let encoded = encode(&mut b, "", count, count, reading);
    for (slot, name) in [encoded.cells, encoded.picture, encoded.text].into_iter().zip(FEATURES) {
        b.name(slot, name);
    }
    b.finish()
}

/// Inputs of [`frozen_plan`].
pub(super) fn frozen_inputs(reading: Reading, pairs: &[Rc<Pair>]) -> Inputs {
    let mut inputs = data::others(reading, pairs);
    inputs.push(data::pixels(pairs));
    inputs
}

/// The loss of the probe of a phase over `count` pairs.
pub(super) fn loss(b: &mut PlanBuilder, phase: Phase, count: usize, vocabulary: usize) -> SlotId {
    match phase {
        Phase::Retrieval => {
            let vectors = vectors(b, count);
            contrastive(b, vectors)
        }
        Phase::Captioning => {
            let cells = b.input("frozen.cells", [count, CELLS, CELL], F32);
            decoder::loss(b, cells, vocabulary)
        }
        _ => {
            let [counts, colours] = classes(b, count);
            let targets = b.input("count.targets", [count], U32);
            let weights = b.input("count.weights", [count], F32);
            let counting = cross_entropy(b, counts, targets, weights);
            let targets = b.input("colours.targets", [count * COLOURS], U32);
            let weights = b.input("colours.weights", [count * COLOURS], F32);
            let naming = yes_or_no(b, colours, targets, weights);
            add(b, counting, naming)
        }
    }
}

/// What the probe of a phase says of held-out pairs, readable as `picture` and `text`, as `logits`, or as `counts` and
/// `colours`.
pub(super) fn answers_plan(phase: Phase, count: usize, vocabulary: usize) -> Plan {
    let mut b = PlanBuilder::new();
    match phase {
        Phase::Retrieval => {
            let vectors = vectors(&mut b, count);
            embeddings(&mut b, vectors, SHARED);
        }
        Phase::Captioning => {
            let cells = b.input("frozen.cells", [count, CELLS, CELL], F32);
            let logits = decoder::logits(&mut b, cells, vocabulary);
            b.name(logits, "logits");
        }
        _ => {
            let [counts, colours] = classes(&mut b, count);
            b.name(counts, "counts");
            b.name(colours, "colours");
        }
    }
    b.finish()
}

/// Frozen vectors of both modalities `[N, VECTOR]`, normalised, so that no probe starts ahead by their scale.
fn vectors(b: &mut PlanBuilder, count: usize) -> [SlotId; 2] {
    ["picture", "text"].map(|name| {
        let x = b.input(&format!("frozen.{name}"), [count, VECTOR], F32);
        norm(b, &format!("norm_{name}"), x)
    })
}

/// Logits `[N, OBJECTS]` of the number of objects less one and `[N, COLOURS]` of each colour's presence.
fn classes(b: &mut PlanBuilder, count: usize) -> [SlotId; 2] {
    let x = b.input("frozen.picture", [count, VECTOR], F32);
    let x = norm(b, "norm_picture", x);
    [linear(b, "count", x, OBJECTS, None), linear(b, "colour", x, COLOURS, None)]
}

/// Inputs of [`answers_plan`].
pub(super) fn features(phase: Phase, features: &Features) -> Inputs {
    let named = |name: &str, tensor: &HostTensor| (format!("frozen.{name}"), tensor.clone());
    match phase {
        Phase::Retrieval => vec![named("picture", &features.picture), named("text", &features.text)],
        Phase::Captioning => vec![named("cells", &features.cells)],
        _ => vec![named("picture", &features.picture)],
    }
}

/// Inputs of [`loss`] beside the features; [`answers_plan`] of captioning takes `rows.ids` of them.
pub(super) fn labels(phase: Phase, pairs: &[Rc<Pair>]) -> Inputs {
    match phase {
        Phase::Retrieval => partners(pairs.len()),
        Phase::Captioning => decoder::rows(pairs),
        _ => {
            let counts = pairs.iter().map(|pair| pair.scene.objects.len() as u32 - 1).collect();
            let absent = pairs.iter().flat_map(|pair| present(&pair.scene).map(|there| u32::from(!there)));
            let (n, colours) = (pairs.len(), pairs.len() * COLOURS);
            vec![
                ("count.targets".to_string(), HostTensor::u32([n], counts)),
                ("count.weights".to_string(), HostTensor::f32([n], vec![1.0; n])),
                ("colours.targets".to_string(), HostTensor::u32([colours], absent.collect())),
                ("colours.weights".to_string(), HostTensor::f32([colours], vec![1.0; colours])),
            ]
        }
    }
}

fn present(scene: &Scene) -> [bool; COLOURS] {
    Colour::ALL.map(|colour| scene.objects.iter().any(|object| object.colour == colour))
}

/// Of partners for pictures, from embeddings `[N, E]` of both.
pub(super) fn retrieved([picture, text]: &[HostTensor; 2]) -> ContrastRetrieval {
    retrieval(&products(&unit(picture), &unit(text)))
}

/// Of logits `[N * ROW, V]` on the captions of `pairs`.
pub(super) fn written(logits: &HostTensor, pairs: &[Rc<Pair>], vocabulary: &Vocabulary) -> Captioning {
    let (mut nats, mut right, mut words) = (0.0, 0, 0);
    let (mut content_right, mut content) = (0, 0);
    let rows: Vec<&[f32]> = logits.as_f32().chunks_exact(logits.shape.last()).collect();
    for (pair, rows) in pairs.iter().zip(rows.chunks_exact(decoder::ROW)) {
        for (row, target) in rows.iter().zip(decoder::targets(pair)) {
            let max = row.iter().copied().fold(f32::MIN, f32::max);
            let sum: f64 = row.iter().map(|x| f64::from(x - max).exp()).sum();
            nats += sum.ln() - f64::from(row[target as usize] - max);
            let hit = usize::from(row[target as usize] == max);
            (right, words) = (right + hit, words + 1);
            if vocabulary.is_content(target) {
                (content_right, content) = (content_right + hit, content + 1);
            }
        }
    }
    Captioning {
        perplexity: (nats / words as f64).exp() as f32,
        accuracy: right as f32 / words as f32,
        content_accuracy: content_right as f32 / content as f32,
    }
}

/// Of the logits of [`classes`] on the scenes of `pairs`.
pub(super) fn classified([counts, colours]: &[HostTensor; 2], pairs: &[Rc<Pair>]) -> Probing {
    let told = counts.as_f32().chunks_exact(OBJECTS).map(|row| {
        (0..OBJECTS).reduce(|best, i| if row[i] > row[best] { i } else { best }).expect("there are classes")
    });
    let counted: Vec<usize> = pairs.iter().map(|pair| pair.scene.objects.len() - 1).collect();
    let right = told.zip(&counted).filter(|(told, counted)| told == *counted).count();
    let frequency = |count: usize| counted.iter().filter(|other| **other == count).count();
    let most = (0..OBJECTS).map(frequency).max().expect("there are classes");
    let there: Vec<bool> = pairs.iter().flat_map(|pair| present(&pair.scene)).collect();
    let said: Vec<bool> = colours.as_f32().iter().map(|logit| *logit > 0.0).collect();
    Probing {
        count_accuracy: right as f32 / pairs.len() as f32,
        count_majority: most as f32 / pairs.len() as f32,
        colours_f1: f1(&said, &there),
        colours_always: f1(&vec![true; there.len()], &there),
    }
}

/// `2 tp / (2 tp + fp + fn)`; 0 where nothing is said and nothing is there.
fn f1(said: &[bool], there: &[bool]) -> f32 {
    let both = said.iter().zip(there).filter(|(said, there)| **said && **there).count();
    let either = said.iter().chain(there).filter(|yes| **yes).count();
    2.0 * both as f32 / either.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::data::Pool;
    use crate::lab::contrast::partner::Partner;

    fn pairs() -> (Pool, Vec<Rc<Pair>>) {
        let mut pool = Pool::new(OBJECTS, Partner::Words);
        let pairs = (0..6).map(|number| pool.get(number)).collect();
        (pool, pairs)
    }

    #[test]
    fn a_decoder_that_knows_every_word_is_sure() {
        let (pool, pairs) = pairs();
        let (rows, size) = (decoder::rows(&pairs), pool.vocabulary.size());
        let next = rows.iter().find(|(name, _)| name == "rows.targets").expect("targets").1.as_u32().to_vec();
        let logits = |height: f32| {
            let mut logits = vec![0.0; next.len() * size];
            next.iter().enumerate().for_each(|(i, word)| logits[i * size + *word as usize] = height);
            HostTensor::f32([next.len(), size], logits)
        };
        let sure = written(&logits(100.0), &pairs, &pool.vocabulary);
        assert!((sure.perplexity - 1.0).abs() < 1e-6 && sure.accuracy == 1.0 && sure.content_accuracy == 1.0);
        let blind = written(&logits(0.0), &pairs, &pool.vocabulary);
        assert!((blind.perplexity - size as f32).abs() < 1e-2, "{blind:?}");
    }

    #[test]
    fn a_classifier_that_knows_every_scene_beats_the_majority() {
        let (_, pairs) = pairs();
        let mut counts = vec![0.0; pairs.len() * OBJECTS];
        pairs.iter().enumerate().for_each(|(i, p)| counts[i * OBJECTS + p.scene.objects.len() - 1] = 1.0);
        let colours: Vec<f32> = pairs
            .iter()
            .flat_map(|pair| present(&pair.scene).map(|there| if there { 1.0 } else { -1.0 }))
            .collect();
        let counts = HostTensor::f32([pairs.len(), OBJECTS], counts);
        let found = classified(&[counts, HostTensor::f32([pairs.len(), COLOURS], colours)], &pairs);
        assert_eq!((found.count_accuracy, found.colours_f1), (1.0, 1.0));
        assert!(found.count_majority < 1.0 && found.colours_always < 1.0);
    }
}
