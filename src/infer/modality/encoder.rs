//! A loaded encoder of a modality on a device.

use std::collections::HashMap;
use std::rc::Rc;

use super::stored::{EncoderError, stored_config, stored_params};
use super::{Inputs, VisionLanguageModel, inputs, sound_inputs};
use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::io::safetensors::SafetensorsFile;
use crate::model::modality::motion::{GRID, STATES};
use crate::model::modality::{Config, Modality, encode};
use crate::model::playroom;
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;
use crate::world::Clip;

/// Most clips of one replay.
const BATCH: usize = 32;

/// The slot of [`plan`] that holds the unit vectors.
const EMBEDS: &str = "embeds";

/// The plan that encodes `count` clips.
fn plan(config: &Config, count: usize) -> Plan {
    let mut b = PlanBuilder::new();
    let embeds = encode(&mut b, config, count);
    b.name(embeds, EMBEDS);
    b.finish()
}

pub struct ModalityEncoder {
    pub config: Config,
    params: ParamStore,
    plans: HashMap<usize, CompiledPlan>,
}

impl ModalityEncoder {
    /// The encoder that a safetensors file holds.
    ///
    /// # Errors
    /// Where its metadata names no sizes, or a tensor is missing, of another shape or not finite.
    pub fn load(device: &Device, file: &SafetensorsFile) -> Result<Self, EncoderError> {
        let config: Config = stored_config(file)?;
        config.check().map_err(|reason| EncoderError::Config { file: file.file().into(), reason })?;
        let params = stored_params(device, file, &plan(&config, 1))?;
        Ok(ModalityEncoder { config, params, plans: HashMap::new() })
    }

    /// Whether the encoder and a model of these sizes share a space, and what the encoder reads of its states; the error is a reason.
    pub fn expect_model(&self, model: &playroom::Config) -> Result<(), String> {
        let of_states = [("width", STATES, model.width()), ("grid", GRID, model.grid())];
        let mut sizes = vec![("embed_width", self.config.embed_width, model.embed_width)];
        sizes.extend(of_states.into_iter().filter(|_| self.config.modality == Modality::Motion));
        match sizes.into_iter().find(|(_, own, theirs)| own != theirs) {
            Some((name, own, theirs)) => {
                Err(format!("{name} is {own}, expected that of the model, {theirs}"))
            }
            None => Ok(()),
        }
    }

    /// Unit vectors `[N, E]` of clips; `model` sees the pictures of their videos.
    pub async fn embed(
        &mut self,
        model: &mut VisionLanguageModel,
        clips: &[Clip],
    ) -> Result<HostTensor, DeviceError> {
        let mut embeds = Vec::with_capacity(clips.len() * self.config.embed_width);
        for chunk in clips.chunks(BATCH) {
            let inputs = inputs(model, self.config.modality, chunk).await?;
            embeds.extend(self.encode(&inputs, chunk.len()).await?);
        }
        Ok(HostTensor::f32([clips.len(), self.config.embed_width], embeds))
    }

    /// Unit vectors `[N, E]` of waveforms that [`check_waveform`](super::check_waveform) takes; this is an encoder of sound.
    pub async fn embed_sounds(&mut self, waveforms: &[&[f32]]) -> Result<HostTensor, DeviceError> {
        let mut embeds = Vec::with_capacity(waveforms.len() * self.config.embed_width);
        for chunk in waveforms.chunks(BATCH) {
            embeds.extend(self.encode(&sound_inputs(chunk), chunk.len()).await?);
        }
        Ok(HostTensor::f32([waveforms.len(), self.config.embed_width], embeds))
    }

    /// Unit vectors of inputs of `count` clips, row after row.
    async fn encode(&mut self, inputs: &Inputs, count: usize) -> Result<Vec<f32>, DeviceError> {
        if !self.plans.contains_key(&count) {
            let compiled = self.params.compile(Rc::new(plan(&self.config, count))).await?;
            self.plans.insert(count, compiled);
        }
        let compiled = &self.plans[&count];
        inputs.iter().for_each(|(name, tensor)| compiled.write(name, tensor));
        compiled.run(compiled.plan().all())?;
        Ok(compiled.read_finite(EMBEDS).await?.as_f32().to_vec())
    }
}
