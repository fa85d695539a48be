//! A loaded network on a device.

use super::{Hit, events_inputs, hits, picture_of};
use crate::device::{Device, DeviceError};
use crate::infer::modality::{
    Inputs, SmallModel, SmallModelError, expect_sizes, sizes_of_states, stored_config,
};
use crate::io::safetensors::SafetensorsFile;
use crate::model::audiovisual::{Config, Task, events, reconstruction, separation, source, sync};
use crate::model::playroom;
use crate::pixels::Pixels;
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;
use crate::world::render::PIXELS;

pub struct Network {
    pub config: Config,
    model: SmallModel,
}

/// The plan of `count` samples, whose outputs are slots of these names: `map` `[N, P]` of [`Task::Source`]; `answers`
/// `[N, ANSWERS]` of [`Task::Sync`]; `hits` and `offsets` `[N * F * P, 2]` and `activity` `[N, F, D]` of [`Task::Events`]; `mask` `[N, M, K]` of
/// [`Task::Separation`]; `cells` `[N, P, CELL * CELL * 3]` of [`Task::Reconstruction`].
fn plan(config: &Config, count: usize) -> Plan {
    let mut b = PlanBuilder::new();
    match config.task {
        Task::Source => {
            let map = source::emit(&mut b, config, count);
            b.name(map, "map");
        }
        Task::Sync => {
            let answers = sync::emit(&mut b, config, count);
            b.name(answers, "answers");
        }
        Task::Events => {
            let events::Outputs { logits, offsets, activity } = events::emit(&mut b, config, count);
            b.name(logits, "hits");
            b.name(offsets, "offsets");
            b.name(activity, "activity");
        }
        Task::Separation => {
            let mask = separation::emit(&mut b, config, count);
            b.name(mask, "mask");
        }
        Task::Reconstruction => {
            let cells = reconstruction::emit(&mut b, config, count);
            b.name(cells, "cells");
        }
    }
    b.finish()
}

impl Network {
    /// The network of `task` that a safetensors file holds.
    ///
    /// # Errors
    /// Where its metadata names no sizes or another task, or a tensor is missing, of another shape or not finite.
    pub fn load(device: &Device, file: &SafetensorsFile, task: Task) -> Result<Self, SmallModelError> {
        let config: Config = stored_config(file)?;
        config.check().map_err(|reason| SmallModelError::Config { file: file.file().into(), reason })?;
        if config.task != task {
            let reason = format!("its task is {}, expected {task}", config.task);
            return Err(SmallModelError::Foreign { file: file.file().into(), reason });
        }
        let model = SmallModel::load(device, file, &plan(&config, 1))?;
        Ok(Network { config, model })
    }

    /// Whether a model of these sizes sees the pictures, or has the states, that the network reads; the error is a reason.
    pub fn expect_model(&self, model: &playroom::Config) -> Result<(), String> {
        match self.config.task {
            Task::Source | Task::Separation => expect_sizes(sizes_of_states(model)),
            Task::Reconstruction => {
                expect_sizes([("embed_width", reconstruction::EMBED_WIDTH, model.embed_width)])
            }
            Task::Sync => Ok(()),
            Task::Events => expect_sizes([("image_size", PIXELS, model.image_size)]),
        }
    }

    /// The outputs of these names for `count` samples.
    async fn run_all<const N: usize>(
        &mut self,
        inputs: &Inputs,
        count: usize,
        outputs: [&str; N],
    ) -> Result<[HostTensor; N], DeviceError> {
        let config = &self.config;
        self.model.run(count, |count| plan(config, count), inputs, outputs).await
    }

    /// One output for `count` samples.
    pub async fn run(
        &mut self,
        inputs: &Inputs,
        count: usize,
        output: &str,
    ) -> Result<HostTensor, DeviceError> {
        let [output] = self.run_all(inputs, count, [output]).await?;
        Ok(output)
    }

    /// The pictures of unit vectors `[N, E]`; this is a network of [`Task::Reconstruction`].
    pub async fn draw(&mut self, vectors: &HostTensor) -> Result<Vec<Pixels>, DeviceError> {
        let count = vectors.shape[0];
        let cells = self.run(&vec![("vectors".into(), vectors.clone())], count, "cells").await?;
        Ok(cells.as_f32().chunks_exact(cells.shape.numel() / count.max(1)).map(picture_of).collect())
    }

    /// The hits of one video; this is a network of [`Task::Events`].
    pub async fn find_hits(&mut self, video: Vec<Pixels>) -> Result<Vec<Hit>, DeviceError> {
        let [logits, offsets] = self.run_all(&events_inputs(&[video]), 1, ["hits", "offsets"]).await?;
        Ok(hits(logits.as_f32(), offsets.as_f32()))
    }
}
