//! Samples as the inputs of a plan.

use super::evaluation::HeldOutSample;
use super::modality::MODALITIES;
use super::task::{Sample, TOKENS, WORDS};
use crate::infer::pixel_values;
use crate::lab::picture::SIDE;
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;

/// What a network is given of a sample; may differ from what the sample is.
#[derive(Clone, Debug)]
pub struct NetworkInput {
    /// RGB bytes, `[SIDE, SIDE, 3]`.
    pub picture: Vec<u8>,
    pub words: [u32; TOKENS],
    /// Whether the picture and the words are there at all.
    pub present: [bool; 2],
}

impl NetworkInput {
    /// What a sample that is shown was given as; words beyond the vocabulary are padding.
    pub fn of_held_out(shown: &HeldOutSample) -> Self {
        let mut words = [0; TOKENS];
        for (id, word) in words.iter_mut().zip(shown.sentence.split_whitespace()) {
            *id = WORDS.iter().position(|known| *known == word).unwrap_or(0) as u32;
        }
        NetworkInput { picture: shown.picture.clone(), words, present: [true; 2] }
    }
}

impl From<&Sample> for NetworkInput {
    fn from(sample: &Sample) -> Self {
        NetworkInput { picture: sample.picture.clone(), words: sample.words, present: [true; 2] }
    }
}

/// `pixels`, `ids` and `present.*` of `network::inference`.
pub fn inputs(given: &[NetworkInput]) -> Inputs {
    let ids = given.iter().flat_map(|given| given.words).collect();
    let mut inputs = vec![
        ("pixels".to_string(), pixel_values(given.iter().map(|given| given.picture.as_slice()), SIDE)),
        ("ids".to_string(), HostTensor::u32([given.len(), TOKENS], ids)),
    ];
    for (at, modality) in MODALITIES.iter().enumerate() {
        let present = given.iter().map(|given| f32::from(given.present[at])).collect();
        inputs.push((format!("present.{modality}"), HostTensor::f32([given.len(), 1], present)));
    }
    inputs
}

/// The answers that training needs besides.
pub fn answers(samples: &[Sample]) -> Inputs {
    let answers = samples.iter().map(|sample| sample.answer).collect();
    vec![
        ("answers".to_string(), HostTensor::u32([samples.len()], answers)),
        ("weights".to_string(), HostTensor::f32([samples.len()], vec![1.0; samples.len()])),
    ]
}
