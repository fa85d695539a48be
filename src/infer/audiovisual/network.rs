//! A loaded network on a device.

use std::collections::HashMap;
use std::rc::Rc;

use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::infer::modality::{EncoderError, Inputs, stored_config, stored_params};
use crate::io::safetensors::SafetensorsFile;
use crate::model::audiovisual::{Config, Task, events, separation, source, sync};
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::HostTensor;

pub struct Network {
    pub config: Config,
    params: ParamStore,
    plans: HashMap<usize, CompiledPlan>,
}

/// The plan of `count` samples, whose outputs are slots of these names: `map` `[N, P]` of [`Task::Source`]; `answers`
/// `[N, ANSWERS]` of [`Task::Sync`]; `hits` `[N * F * P, 2]` and `activity` `[N, F, D]` of [`Task::Events`]; `mask` `[N, M, K]` of
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
            let events::Outputs { logits, activity } = events::emit(&mut b, config, count);
            b.name(logits, "hits");
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

    /// An output for `count` samples.
    pub async fn run(
        &mut self,
        inputs: &Inputs,
        count: usize,
        output: &str,
    ) -> Result<HostTensor, DeviceError> {
        if !self.plans.contains_key(&count) {
            let compiled = self.params.compile(Rc::new(plan(&self.config, count))).await?;
            self.plans.insert(count, compiled);
        }
        let compiled = &self.plans[&count];
        inputs.iter().for_each(|(name, tensor)| compiled.write(name, tensor));
        compiled.run(compiled.plan().all())?;
        compiled.read_finite(output).await
    }
}
