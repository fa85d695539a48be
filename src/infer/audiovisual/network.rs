//! A loaded network on a device.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Hit, events_inputs, hits};
use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::infer::modality::{EncoderError, Inputs, stored_config, stored_params};
use crate::io::safetensors::SafetensorsFile;
use crate::model::audiovisual::{Config, Task, events, separation, source, sync};
use crate::pixels::Pixels;
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;

pub struct Network {
    pub config: Config,
    params: ParamStore,
    plans: HashMap<usize, CompiledPlan>,
}

/// The plan of `count` samples, whose outputs are slots of these names: `map` `[N, P]` of [`Task::Source`]; `answers`
/// `[N, ANSWERS]` of [`Task::Sync`]; `hits` and `offsets` `[N * F * P, 2]` and `activity` `[N, F, D]` of [`Task::Events`]; `mask` `[N, M, K]` of
/// [`Task::Separation`].
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
    }
    b.finish()
}

impl Network {
    /// The network that a safetensors file holds.
    ///
    /// # Errors
    /// Where its metadata names no sizes, or a tensor is missing, of another shape or not finite.
    pub fn load(device: &Device, file: &SafetensorsFile) -> Result<Self, EncoderError> {
        let config: Config = stored_config(file)?;
        config.check().map_err(|reason| EncoderError::Config { file: file.file().into(), reason })?;
        let params = stored_params(device, file, &plan(&config, 1))?;
        Ok(Network { config, params, plans: HashMap::new() })
    }

    /// The outputs of these names for `count` samples.
    pub async fn run_all<const N: usize>(
        &mut self,
        inputs: &Inputs,
        count: usize,
        outputs: [&str; N],
    ) -> Result<[HostTensor; N], DeviceError> {
        if !self.plans.contains_key(&count) {
            let compiled = self.params.compile(Rc::new(plan(&self.config, count))).await?;
            self.plans.insert(count, compiled);
        }
        let compiled = &self.plans[&count];
        inputs.iter().for_each(|(name, tensor)| compiled.write(name, tensor));
        compiled.run(compiled.plan().all())?;
        let mut read = Vec::with_capacity(N);
        for output in outputs {
            read.push(compiled.read_finite(output).await?);
        }
        Ok(read.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for")))
    }

    /// One of them.
    pub async fn run(
        &mut self,
        inputs: &Inputs,
        count: usize,
        output: &str,
    ) -> Result<HostTensor, DeviceError> {
        let [output] = self.run_all(inputs, count, [output]).await?;
        Ok(output)
    }

    /// The hits of one video; this is a network of [`Task::Events`].
    pub async fn find_hits(&mut self, video: Vec<Pixels>) -> Result<Vec<Hit>, DeviceError> {
        let [logits, offsets] = self.run_all(&events_inputs(&[video]), 1, ["hits", "offsets"]).await?;
        Ok(hits(logits.as_f32(), offsets.as_f32()))
    }
}
