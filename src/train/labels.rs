//! Labels of hidden states that stand for an object: a number, and how the object looks.

use crate::nn::linear;
use crate::ops::binary::add;
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::scale::scale;
use crate::ops::slice::slice;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::scene::MAX_OBJECTS;
use crate::world::{Attribute, Colour, Kind, Object, Place, Shape, Size, Texture};

/// What is to be read off one state.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Label {
    /// From 0 to [`MAX_OBJECTS`].
    pub number: usize,
    /// Weight of the number.
    pub weight: f32,
    /// The object whose attributes are to be read, with weight 1.
    pub object: Option<Object>,
}

/// The parts of a label with the number of their values; after the number in the order of [`Kind::ALL`].
const PARTS: [(&str, usize); 6] = [
    ("number", MAX_OBJECTS + 1),
    ("size", Size::ALL.len()),
    ("texture", Texture::ALL.len()),
    ("colour", Colour::ALL.len()),
    ("shape", Shape::ALL.len()),
    ("place", Place::ALL.len()),
];

/// Inputs `name.<part>.targets` (u32 `[N]`) and `name.<part>.weights` (`[N]`).
pub(super) fn inputs(name: &str, labels: &[Label]) -> Vec<(String, HostTensor)> {
    let count = labels.len();
    let mut inputs = Vec::with_capacity(2 * PARTS.len());
    let mut push = |part: &str, targets: Vec<u32>, weights: Vec<f32>| {
        inputs.push((format!("{name}.{part}.targets"), HostTensor::u32([count], targets)));
        inputs.push((format!("{name}.{part}.weights"), HostTensor::f32([count], weights)));
    };
    let number = labels.iter().map(|label| label.number as u32).collect();
    push(PARTS[0].0, number, labels.iter().map(|label| label.weight).collect());
    let weights: Vec<f32> = labels.iter().map(|label| f32::from(u8::from(label.object.is_some()))).collect();
    for ((part, _), kind) in PARTS[1..].iter().zip(Kind::ALL) {
        let value = |label: &Label| label.object.map_or(0, |object| index(object.attribute(kind)));
        push(part, labels.iter().map(value).collect(), weights.clone());
    }
    inputs
}

fn index(value: Attribute) -> u32 {
    match value {
        Attribute::Size(value) => value as u32,
        Attribute::Texture(value) => value as u32,
        Attribute::Colour(value) => value as u32,
        Attribute::Shape(value) => value as u32,
        Attribute::Place(value) => value as u32,
    }
}

/// Mean cross-entropy over the parts of the labels `name`, linear in `states` (`[N, D]`) by the weights `head`.
pub(super) fn loss(b: &mut PlanBuilder, head: &str, name: &str, states: SlotId) -> SlotId {
    let rows = b.shape(states).rows();
    let logits = linear(b, head, states, PARTS.iter().map(|(_, values)| values).sum(), None);
    let (mut start, mut total) = (0, None);
    for (part, values) in PARTS {
        let targets = b.input(&format!("{name}.{part}.targets"), [rows], U32);
        let weights = b.input(&format!("{name}.{part}.weights"), [rows], F32);
        let own = slice(b, logits, 1, start, values);
        let part = cross_entropy(b, own, targets, weights);
        total = Some(total.map_or(part, |sum| add(b, sum, part)));
        start += values;
    }
    scale(b, total.expect("there are parts"), 1.0 / PARTS.len() as f32)
}
