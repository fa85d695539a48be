//! A small model beside the large one: what its file holds, and its plans.

use std::collections::HashMap;
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::Inputs;
use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::io::safetensors::{SafetensorsError, SafetensorsFile};
use crate::model::config_error::ConfigError;
use crate::model::modality::motion::{GRID, STATES};
use crate::model::playroom;
use crate::plan::{Plan, SlotKind};
use crate::tensor::HostTensor;

/// The entry of the file's metadata that holds the sizes.
pub const METADATA_KEY: &str = "config";

#[derive(Debug, thiserror::Error)]
pub enum SmallModelError {
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    #[error("{file} is of another kind: {reason}")]
    Foreign { file: String, reason: String },
    #[error("{file}: {reason}")]
    Config { file: String, reason: ConfigError },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// The sizes in a file's metadata, not checked yet.
pub(in crate::infer) fn stored_config<C: DeserializeOwned>(
    file: &SafetensorsFile,
) -> Result<C, SmallModelError> {
    let foreign = |reason: String| SmallModelError::Foreign { file: file.file().into(), reason };
    let metadata = file.metadata();
    let json = metadata.get(METADATA_KEY).ok_or_else(|| foreign(format!("no metadata `{METADATA_KEY}`")))?;
    serde_json::from_str(json).map_err(|error| foreign(error.to_string()))
}

/// The weights of a small model on a device, with its plans by how many inputs they take.
pub(in crate::infer) struct SmallModel {
    params: ParamStore,
    plans: HashMap<usize, CompiledPlan>,
}

impl SmallModel {
    /// The weights that a plan reads.
    pub(in crate::infer) fn load(
        device: &Device,
        file: &SafetensorsFile,
        plan: &Plan,
    ) -> Result<Self, SmallModelError> {
        let mut params = device.param_store();
        for slot in plan.slots_of(SlotKind::Stored) {
            params.store(&slot.name, &file.shaped(&slot.name, &slot.shape)?)?;
        }
        Ok(SmallModel { params, plans: HashMap::new() })
    }

    /// The outputs of these names for `count` inputs, whose numbers must be finite.
    pub(in crate::infer) async fn run<const N: usize>(
        &mut self,
        count: usize,
        plan: impl FnOnce(usize) -> Plan,
        inputs: &Inputs,
        outputs: [&str; N],
    ) -> Result<[HostTensor; N], DeviceError> {
        if !self.plans.contains_key(&count) {
            let compiled = self.params.compile(Rc::new(plan(count))).await?;
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
}

/// Whether sizes are those of a model, each by its name with its own value and the model's; the error is a reason.
pub(in crate::infer) fn expect_sizes(
    sizes: impl IntoIterator<Item = (&'static str, usize, usize)>,
) -> Result<(), String> {
    match sizes.into_iter().find(|(_, own, theirs)| own != theirs) {
        Some((name, own, theirs)) => Err(format!("{name} is {own}, expected that of the model, {theirs}")),
        None => Ok(()),
    }
}

/// What is read of the image encoder's states of a model of these sizes.
pub(in crate::infer) fn sizes_of_states(model: &playroom::Config) -> [(&'static str, usize, usize); 2] {
    [("width", STATES, model.width()), ("grid", GRID, model.grid())]
}
