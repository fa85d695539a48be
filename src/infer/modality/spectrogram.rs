//! The log-mel spectrogram that the encoder of sound reads, to be looked at.

use std::rc::Rc;

use super::sound_inputs;
use crate::device::{Device, DeviceError};
use crate::model::modality::sound::SPECTROGRAM;
use crate::ops::log_mel::log_mel;
use crate::plan::PlanBuilder;
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;

/// Decibels `[F, M]` of a mono waveform at 16 kHz, which is cut, or filled up with silence, to two seconds.
pub async fn spectrogram(device: &Device, waveform: &[f32]) -> Result<HostTensor, DeviceError> {
    let inputs = sound_inputs(&[waveform]);
    let mut b = PlanBuilder::new();
    let slots: Vec<_> = inputs.iter().map(|(name, tensor)| b.input(name, &tensor.shape, F32)).collect();
    let mel = log_mel(&mut b, slots[0], slots[1], &SPECTROGRAM);
    b.name(mel, "decibels");
    let compiled = device.param_store().compile(Rc::new(b.finish())).await?;
    inputs.iter().for_each(|(name, tensor)| compiled.write(name, tensor));
    compiled.run(compiled.plan().all())?;
    let found = compiled.read("decibels").await?;
    Ok(HostTensor::f32(&found.shape[1..], found.as_f32().to_vec()))
}
