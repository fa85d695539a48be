//! A loaded encoder of a modality on a device.

use super::small_model::{SmallModel, SmallModelError, expect_sizes, sizes_of_states, stored_config};
use super::{Inputs, VisionLanguageModel, inputs, motion_inputs, sound_inputs, table_inputs};
use crate::device::{Device, DeviceError};
use crate::io::safetensors::SafetensorsFile;
use crate::model::modality::{Config, Modality, encode};
use crate::model::playroom;
use crate::pixels::Pixels;
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;
use crate::world::{Clip, Table};

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
    model: SmallModel,
}

impl ModalityEncoder {
    /// The encoder that a safetensors file holds.
    ///
    /// # Errors
    /// Where its metadata names no sizes, or a tensor is missing, of another shape or not finite.
    pub fn load(device: &Device, file: &SafetensorsFile) -> Result<Self, SmallModelError> {
        let config: Config = stored_config(file)?;
        config.check().map_err(|reason| SmallModelError::Config { file: file.file().into(), reason })?;
        let model = SmallModel::load(device, file, &plan(&config, 1))?;
        Ok(ModalityEncoder { config, model })
    }

    /// Whether the encoder and a model of these sizes share a space, and what the encoder reads of its states; the error is a reason.
    pub fn expect_model(&self, model: &playroom::Config) -> Result<(), String> {
        let is_of_states = self.config.modality == Modality::Motion;
        let of_states = sizes_of_states(model).into_iter().filter(|_| is_of_states);
        expect_sizes(
            [("embed_width", self.config.embed_width, model.embed_width)].into_iter().chain(of_states),
        )
    }

    /// Unit vectors `[N, E]` of clips; `model` sees the pictures of their videos.
    pub async fn embed(
        &mut self,
        model: &mut VisionLanguageModel,
        clips: &[Clip],
    ) -> Result<HostTensor, DeviceError> {
        let modality = self.config.modality;
        self.in_batches(clips, async |batch| inputs(model, modality, batch).await).await
    }

    /// Unit vectors `[N, E]` of waveforms that [`check_waveform`](super::check_waveform) takes; this is an encoder of sound.
    pub async fn embed_sounds(&mut self, waveforms: &[&[f32]]) -> Result<HostTensor, DeviceError> {
        self.in_batches(waveforms, async |batch| Ok(sound_inputs(batch))).await
    }

    /// Unit vectors `[N, E]` of videos of [`FRAMES`](crate::world::motion::FRAMES) pictures each, at the size that `model` sees; this
    /// is an encoder of videos.
    pub async fn embed_videos(
        &mut self,
        model: &mut VisionLanguageModel,
        videos: &[Vec<Pixels>],
    ) -> Result<HostTensor, DeviceError> {
        self.in_batches(videos, async |batch| motion_inputs(model, batch).await).await
    }

    /// Unit vectors `[N, E]` of tables of at most [`ROWS`](crate::model::modality::table::ROWS) objects; this is an encoder of tables.
    pub async fn embed_tables(&mut self, tables: &[&Table]) -> Result<HostTensor, DeviceError> {
        self.in_batches(tables, async |batch| Ok(table_inputs(batch))).await
    }

    /// Unit vectors `[N, E]`, of which `read` makes the inputs of a few.
    async fn in_batches<T>(
        &mut self,
        all: &[T],
        mut read: impl AsyncFnMut(&[T]) -> Result<Inputs, DeviceError>,
    ) -> Result<HostTensor, DeviceError> {
        let mut embeds = Vec::with_capacity(all.len() * self.config.embed_width);
        for batch in all.chunks(BATCH) {
            let (config, inputs) = (&self.config, read(batch).await?);
            let run = self.model.run(batch.len(), |count| plan(config, count), &inputs, [EMBEDS]);
            let [rows] = run.await?;
            embeds.extend_from_slice(rows.as_f32());
        }
        Ok(HostTensor::f32([all.len(), self.config.embed_width], embeds))
    }
}
