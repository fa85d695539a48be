//! One sound out of two: the square root of the magnitudes of what belongs to the picture, in the phase of the mixture.

use super::{clips, mean_squared_error};
use crate::device::DeviceError;
use crate::infer::audiovisual::{Spectrum, separation_inputs};
use crate::infer::modality::Inputs;
use crate::infer::{VisionLanguageModel, pixels};
use crate::model::audiovisual::Config;
use crate::model::audiovisual::separation::{BINS, FRAMES, emit};
use crate::ops::binary::mul;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;
use crate::world::Rng;
use crate::world::mixture::Mixture;

/// One sample in so many is heard without its picture.
const BLIND: usize = 4;

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let mask = emit(b, config, count);
    let mixture = b.input("mixture", [count, FRAMES, BINS], F32);
    let target = b.input("target", [count, FRAMES, BINS], F32);
    let found = mul(b, mask, mixture);
    mean_squared_error(b, found, target)
}

pub(super) async fn batch(
    model: &mut VisionLanguageModel,
    seed: u64,
    mut rng: Rng,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let mut drawing = rng.clone();
    let mut moving = clips(seed, &mut drawing).filter(Mixture::can_be_of);
    let (mut pictures, mut spectra) = (Vec::new(), Vec::new());
    let (mut mixtures, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let [own, other] = [0; 2].map(|_| moving.next().expect("clips have no end"));
        pictures.push(pixels(own.picture()));
        let Mixture { mixed, own } = Mixture::of(&own, &other);
        let (mixed, own) = (Spectrum::of(&mixed), Spectrum::of(&own));
        // To a mean square of 1.
        let whole: Vec<f32> = mixed.compressed().collect();
        let scale = (whole.len() as f32 / whole.iter().map(|x| x * x).sum::<f32>().max(1e-6)).sqrt();
        targets.extend(own.compressed_along(&mixed).map(|x| scale * x));
        mixtures.extend(whole.iter().map(|x| scale * x));
        spectra.push(mixed);
    }
    let is_seen: Vec<bool> = (0..count).map(|_| !rng.one_in(BLIND)).collect();
    let states = model.image_states(&pictures).await?;
    let mut inputs = separation_inputs(&spectra, states, &is_seen);
    inputs.push(("mixture".into(), HostTensor::f32([count, FRAMES, BINS], mixtures)));
    inputs.push(("target".into(), HostTensor::f32([count, FRAMES, BINS], targets)));
    Ok(inputs)
}
