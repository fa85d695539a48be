//! Samples as the inputs of a plan.

use super::modality::Modality;
use super::task::{Sample, TOKENS};
use crate::infer::pixel_values;
use crate::lab::picture::SIDE;
use crate::lab::sound::{BANDS, FRAMES};
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;

/// What a network is given of a sample; may differ from what the sample is.
#[derive(Clone, PartialEq, Debug)]
pub struct NetworkInput {
    /// RGB bytes, `[SIDE, SIDE, 3]`.
    pub picture: Vec<u8>,
    pub words: [u32; TOKENS],
    /// The bytes of a spectrogram, `[FRAMES, BANDS]`.
    pub sound: Vec<u8>,
    /// Whether each modality is there, in the order of [`Modality::ALL`].
    pub present: [bool; Modality::ALL.len()],
}

impl From<&Sample> for NetworkInput {
    fn from(sample: &Sample) -> Self {
        NetworkInput {
            picture: sample.picture.clone(),
            words: sample.words,
            sound: sample.sound.clone(),
            present: [true; Modality::ALL.len()],
        }
    }
}

impl NetworkInput {
    /// Without all modalities but these.
    pub(super) fn keep(&mut self, modalities: &[Modality]) {
        self.present = Modality::ALL.map(|modality| modalities.contains(&modality));
    }

    /// Gives it another's modality.
    pub(in crate::lab) fn take(&mut self, other: &Self, modality: Modality) {
        match modality {
            Modality::Picture => self.picture.clone_from(&other.picture),
            Modality::Words => self.words = other.words,
            Modality::Sound => self.sound.clone_from(&other.sound),
        }
    }
}

/// `pixels`, `ids` and `spectrogram`, as far as they are among the modalities, and `present.*` of `network::inference`.
pub fn inputs(given: &[NetworkInput], modalities: &[Modality]) -> Inputs {
    let mut inputs = Inputs::new();
    for &modality in modalities {
        inputs.push(match modality {
            Modality::Picture => {
                let pictures = given.iter().map(|given| given.picture.as_slice());
                ("pixels".into(), pixel_values(pictures, SIDE))
            }
            Modality::Words => {
                let ids = given.iter().flat_map(|given| given.words).collect();
                ("ids".into(), HostTensor::u32([given.len(), TOKENS], ids))
            }
            Modality::Sound => {
                let bytes = given.iter().flat_map(|given| &given.sound);
                let levels = bytes.map(|&byte| f32::from(byte) / 127.5 - 1.0).collect();
                ("spectrogram".into(), HostTensor::f32([given.len(), 1, FRAMES, BANDS], levels))
            }
        });
        let present = given.iter().map(|given| f32::from(given.present[modality as usize])).collect();
        inputs.push((format!("present.{}", modality.name()), HostTensor::f32([given.len(), 1], present)));
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
